/** Random operations for worker.c. */

/** A small generator of random numbers that a seed repeats (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Files that stand there before: name and size. */
export const BASE_FILES = Array.from({ length: 40 }, (_, i) => ({ name: `b${i}`, sizeBytes: i * 700 }));

interface File {
  sizeBytes: number;
}

/** Lines of `op a b x y byte`, each one change that succeeds after those before it. */
export function operations(seed: number, count: number): string[] {
  const random = randomFrom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const files = new Map<string, File>(BASE_FILES.map(({ name, sizeBytes }) => [name, { sizeBytes }]));
  const dirs: string[] = [];
  let made = 0;
  const newName = (): string => {
    const dir = dirs[below(dirs.length + 3)];
    const name = `n${made++}`;
    return dir === undefined ? name : `${dir}/${name}`;
  };
  const someFile = (): string => [...files.keys()][below(files.size)] as string;
  const line = (op: string, a: string, b = '-', x = 0, y = 0): string => `${op} ${a} ${b} ${x} ${y} ${below(256)}`;

  /** By name of the operation; undefined: not possible now. */
  const makers: Record<string, () => string | undefined> = {
    c: () => {
      if (files.size > 80) return undefined;
      const name = newName();
      files.set(name, { sizeBytes: 0 });
      return line('c', name);
    },
    w: () => {
      const name = someFile();
      const file = files.get(name) as File;
      const [offset, length] = [below(file.sizeBytes + 1), 1 + below(3000)];
      file.sizeBytes = Math.max(file.sizeBytes, offset + length);
      return line('w', name, '-', offset, length);
    },
    a: () => {
      const name = someFile();
      const length = 1 + below(3000);
      (files.get(name) as File).sizeBytes += length;
      return line('a', name, '-', 0, length);
    },
    T: () => {
      const name = someFile();
      const file = files.get(name) as File;
      if (file.sizeBytes === 0) return undefined;
      file.sizeBytes = 0;
      return line('T', name);
    },
    t: () => {
      const name = someFile();
      const sizeBytes = below(20_000);
      (files.get(name) as File).sizeBytes = sizeBytes;
      return line('t', name, '-', sizeBytes);
    },
    h: () => line('h', someFile(), '-', 0o400 + below(0o400)),
    m: () => {
      if (dirs.length > 5) return undefined;
      const name = `d${made++}`;
      dirs.push(name);
      return line('m', name);
    },
    u: () => {
      if (files.size < 20) return undefined;
      const name = someFile();
      files.delete(name);
      return line('u', name);
    },
    r: () => {
      const [from, onto] = [someFile(), below(2) === 0 ? newName() : someFile()];
      const file = files.get(from) as File;
      // Between two names of one file a rename does nothing.
      if (files.get(onto) === file) return undefined;
      files.delete(from);
      files.set(onto, file);
      return line('r', from, onto);
    },
    l: () => {
      if (files.size > 80) return undefined;
      const [from, name] = [someFile(), newName()];
      files.set(name, files.get(from) as File);
      return line('l', from, name);
    },
    s: () => (made % 5 === 0 ? line('s', `s${made++}`, `to${below(9)}`) : undefined),
  };
  const names = [...Object.keys(makers), 'w', 'w', 'w', 'a', 'a', 'a'];
  const lines: string[] = [];
  while (lines.length < count) {
    const made = (makers[names[below(names.length)] as string] as () => string | undefined)();
    if (made !== undefined) lines.push(made);
  }
  return lines;
}
