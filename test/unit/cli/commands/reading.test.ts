import { describe, expect, it } from 'vitest';
import { withStored } from './fixture.js';

/** A name with an escape sequence and bytes that are no UTF-8, and two names with an @. */
const EVIL = 'evil\u001b[31m\udcff.txt';
const BASE = { 'a.txt': 'one\ntwo\n', 'pkg@12': 'a name, not an event\n', 'src/x.ts': 'x\n', 'src/y.ts': 'y\n' };

const dkHere = withStored({ base: BASE, info: { label: 'demo' }, argv: ['sh', 'make.sh'] }, (script) => {
  const sh = script.main.exec('sh', 'make.sh'); // 1
  const cat = sh.fork(1001).exec('cat', "it's"); // 2, 3
  cat.write('a.txt', 'ONE', 0); // 4
  cat.create('new.txt', 0o640); // 5
  cat.write('new.txt', 'hello\n'); // 6
  cat.output('out\u001b[31m\n'); // 7
  cat.mkdir('sub'); // 8
  cat.rename('new.txt', 'sub/moved.txt'); // 9
  cat.writeFile(EVIL, 'ev\u001b]0;il\u0007\n'); // 10, 11
  cat.symlink('a.txt', 'link'); // 12
  cat.utimes('a.txt', 1_700_000_000_000_000_001n); // 13
  cat.exit(3); // 14
});
const { dk } = dkHere;

describe('dk log', () => {
  it('prints one event a line', async () => {
    expect(await dk('log --from 4 --to 6')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        '4   +0.004000s  1001 cat          write     a.txt                     3 B',
        '5   +0.005000s  1001 cat          create    new.txt                   640',
        '6   +0.006000s  1001 cat          write     new.txt                   6 B',
        '',
      ].join('\n'),
    });
  });

  it('has the columns of its contract', async () => {
    const { stdout } = await dk('log');
    const columns = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(columns).toHaveLength(14);
    expect(columns[2]).toEqual(['3', '+0.003000s', '1001 cat', 'exec', '/usr/bin/cat', "cat 'it'\\''s'"]);
    expect(columns[8]).toEqual(['9', '+0.009000s', '1001 cat', 'rename', 'new.txt', 'to sub/moved.txt']);
  });

  it('escapes names', async () => {
    const { stdout } = await dk('log --kind file.create');
    expect(stdout).toContain('evil\\x1b[31m\\xff.txt');
    expect(stdout).not.toContain('\u001b');
  });

  it('prints JSON, one object a line', async () => {
    const { stdout } = await dk('log --json --kind file.write,path.rename');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map((row) => row.seq)).toEqual([4, 6, 9, 11]);
    expect(rows[0]).toEqual({
      seq: 4,
      tsNs: 4_000_000,
      pid: 1001,
      tid: 1001,
      comm: 'cat',
      kind: 'file.write',
      path: '/work/app/a.txt',
      offset: 0,
      length: 3,
      durNs: 1000,
      proc: 2,
      file: expect.any(Number),
    });
    expect(rows[2]).toMatchObject({ path: '/work/app/new.txt', newPath: '/work/app/sub/moved.txt' });
    expect(rows[3].path).toBe('/work/app/evil\u001b[31m\ufffd.txt');
    expect(Buffer.from(rows[3].pathBytes, 'base64')).toEqual(Buffer.from('/work/app/evil\u001b[31m\xff.txt', 'latin1'));
  });

  const seqs = async (line: string) =>
    (await dk(`${line} --json`)).stdout
      .split('\n')
      .filter(Boolean)
      .map((row) => JSON.parse(row).seq);

  it('filters by kind, process, range, limit and path', async () => {
    expect(await seqs('log --kind file')).toEqual([4, 5, 6, 10, 11]);
    expect(await seqs('log --kind proc.fork,meta')).toEqual([2, 13]);
    expect(await seqs('log --pid 1000')).toEqual([1, 2]);
    expect(await seqs('log --from -3')).toEqual([11, 12, 13, 14]);
    expect(await seqs('log --from 50% --to 9ms')).toEqual([7, 8, 9]);
    expect(await seqs('log --limit 2')).toEqual([1, 2]);
    expect(await seqs('log --limit 0')).toEqual([]);
    expect(await seqs('log sub')).toEqual([8, 9]);
    expect(await seqs('log sub/ a.txt')).toEqual([4, 8, 9, 13]);
    expect(await seqs('log demo ./sub')).toEqual([8, 9]);
    expect(await seqs('log /work/app/new.txt')).toEqual([5, 6, 9]);
    expect(await seqs('log new*')).toEqual([5, 6, 9]);
    expect(await seqs('log src')).toEqual([]);
    expect(await seqs('log *.none')).toEqual([]);
  });

  it('explains what it cannot do', async () => {
    expect(await dk('log nosuch.txt')).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(
        /^dk: There is no nosuch\.txt at event 14 of recording \w{8}\.\nList what is there/,
      ),
    });
    expect(await dk('log a.tx')).toMatchObject({ code: 3, stderr: expect.stringContaining('Did you mean a.txt?') });
    expect(await dk('log --kind file.wrote')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^dk: There is no event kind "file.wrote"\.\nThe kinds are file.create, /),
    });
    expect(await dk('log --limit x')).toMatchObject({
      code: 2,
      stderr: 'dk log wants a whole number after --limit, not "x".\nSee how it is used with: dk help log\n',
    });
    expect(await dk('log --from 15')).toMatchObject({
      code: 3,
      stderr: 'dk: The recording has no event "15".\nIts events are 1 to 14; 0 is the base.\n',
    });
    expect(await dk('log --frm 3')).toMatchObject({
      code: 2,
      stderr: "dk log: unknown option '--frm' (Did you mean --from?)\nSee how it is used with: dk help log\n",
    });
  });
});

describe('dk show', () => {
  it('tells who did what, with the bytes as a diff', async () => {
    const { stdout, code } = await dk('show 4');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        `Event 4 of 14 in recording ${dkHere.info.id} (demo)`,
        'time    +0.004000s, took 1.0 µs',
        'kind    file.write: Bytes were written at an offset.',
        'what    write a.txt · 3 B',
        "who     1001 cat: cat 'it'\\''s'",
        'from    1000: sh make.sh',
        'in      /work/app',
        '',
        '@@ -1,2 +1,2 @@',
        '-one',
        '+ONE',
        ' two',
        '',
      ].join('\n'),
    );
  });

  it('takes every form of an event, with or without REC', async () => {
    for (const ref of ['4', '#4', '-10', '4ms', '0.004s', '29%']) {
      expect((await dk(['show', ref])).stdout).toMatch(/^Event 4 of 14/);
      expect((await dk(['show', '@', ref])).stdout).toMatch(/^Event 4 of 14/);
    }
    expect((await dk('show end')).stdout).toMatch(/^Event 14 of 14/);
  });

  it('escapes what was printed', async () => {
    expect((await dk('show 7')).stdout).toContain('\nout\\x1b[31m\n');
    expect((await dk('show 11')).stdout).toContain('+ev\\x1b]0;il\\x07\n');
  });

  it('dumps bytes when asked', async () => {
    expect((await dk('show 4 --hex')).stdout).toContain('\n00000000  4f 4e 45');
  });

  it('prints JSON with the bytes and the processes', async () => {
    const shown = JSON.parse((await dk('show 4 --json')).stdout);
    expect(shown).toMatchObject({
      seq: 4,
      kind: 'file.write',
      bytes: 'T05F',
      truncated: false,
      process: { pid: 1001, argv: ['cat', "it's"], exe: '/usr/bin/cat', cwd: '/work/app' },
      parents: [{ pid: 1000, argv: ['sh', 'make.sh'] }],
    });
  });

  it('knows no event 0 and none after the end', async () => {
    expect(await dk('show start')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /^dk: "start" names the base of \w{8}, which is no event\.\nIts events are 1 to 14\.\n$/,
      ),
    });
    expect(await dk('show 15')).toMatchObject({ code: 3 });
    expect(await dk('show')).toMatchObject({
      code: 2,
      stderr: 'dk show needs an EVENT.\nSee how it is used with: dk help show\n',
    });
    expect(await dk('show nonsense')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nonsense" is not an event reference.'),
    });
  });
});

describe('dk cat', () => {
  it('prints exact bytes at an event', async () => {
    expect((await dk('cat a.txt')).stdout).toBe('ONE\ntwo\n');
    expect((await dk('cat a.txt@3')).stdout).toBe('one\ntwo\n');
    expect((await dk('cat a.txt@start')).stdout).toBe('one\ntwo\n');
    expect((await dk('cat demo /work/app/new.txt@-6')).stdout).toBe('hello\n');
    expect((await dk('cat --at 3 a.txt')).stdout).toBe('one\ntwo\n');
    expect((await dk('cat link')).stdout).toBe('ONE\ntwo\n');
    expect((await dk(['cat', EVIL])).bytes.toString()).toBe('ev\u001b]0;il\u0007\n');
  });

  it('takes the whole text for a path where something has that name', async () => {
    expect((await dk('cat pkg@12')).stdout).toBe('a name, not an event\n');
    expect((await dk('cat pkg@12@3')).stdout).toBe('a name, not an event\n');
  });

  it('explains what it cannot do', async () => {
    expect(await dk('cat new.txt')).toMatchObject({ code: 3, stdout: '' });
    expect(await dk('cat sub')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('sub is a directory at event 14.'),
    });
    expect(await dk('cat a.txt@99')).toMatchObject({ code: 3 });
    expect(await dk('cat a.txt@3 --at 4')).toMatchObject({ code: 2 });
  });

  it('prints JSON', async () => {
    expect(JSON.parse((await dk('cat a.txt@3 --json')).stdout)).toEqual({
      seq: 3,
      path: '/work/app/a.txt',
      sizeBytes: 8,
      bytes: Buffer.from('one\ntwo\n').toString('base64'),
    });
  });
});

describe('dk tree', () => {
  it('draws the tree with modes and sizes', async () => {
    expect((await dk('tree')).stdout).toBe(
      [
        '/work/app',
        '0644       8 B  ├─ a.txt',
        '0644      10 B  ├─ evil\\x1b[31m\\xff.txt',
        '0777         -  ├─ link -> a.txt',
        '0644      21 B  ├─ pkg@12',
        '0755         -  ├─ src/',
        '0644       2 B  │  ├─ x.ts',
        '0644       2 B  │  └─ y.ts',
        '0755         -  └─ sub/',
        '0640       6 B     └─ moved.txt',
        '',
      ].join('\n'),
    );
    expect((await dk('tree demo src --at 0')).stdout).toBe('src\n0644       2 B  ├─ x.ts\n0644       2 B  └─ y.ts\n');
  });

  it('prints JSON', async () => {
    const tree = JSON.parse((await dk('tree sub --json')).stdout);
    expect(tree).toMatchObject({
      seq: 14,
      path: '/work/app/sub',
      entries: [
        { path: '/work/app/sub/moved.txt', type: 'file', mode: 0o100640, uid: 1000, gid: 1000, sizeBytes: 6, nlink: 1 },
      ],
    });
  });

  it('explains what it cannot do', async () => {
    expect(await dk('tree a.txt')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a.txt is not a directory'),
    });
    expect(await dk('tree nosuch')).toMatchObject({ code: 3 });
    expect(await dk('tree sub --at 3')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no sub at event 3'),
    });
  });
});

describe('dk find', () => {
  it('finds text and patterns in what was written', async () => {
    expect((await dk('find hello')).stdout).toMatch(/^6 .*new\.txt .* hello\n$/);
    expect((await dk(['find', '/^h.l+o$/m', '--json'])).stdout).toMatch(
      /^\{"seq":6,.*"matchOffset":0,"excerpt":"hello"\}\n$/,
    );
    expect(await dk('find ev')).toMatchObject({ code: 0, stdout: expect.stringContaining('ev\\x1b]0;il\\x07') });
  });

  it('answers no with 1', async () => {
    expect(await dk('find nothing')).toEqual({ code: 1, stdout: '', stderr: '', bytes: Buffer.alloc(0) });
    expect(await dk('find --to 5 hello')).toMatchObject({ code: 1 });
    expect(await dk(['find', '/(/'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/(/ is not a regular expression'),
    });
  });
});

describe('on a terminal', () => {
  it('colours, still escaping', async () => {
    const { stdout } = await dk('log --kind file.create', { tty: true });
    expect(stdout).toContain('\u001b[32mcreate  \u001b[39m');
    expect(stdout).toContain('evil\\x1b[31m');
    expect((await dk('log', { tty: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
  });
});

describe('what stands behind --', () => {
  it('is never REC, nor an option', async () => {
    expect(await dk('log -- demo')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no demo at event'),
    });
    expect((await dk('log demo -- a.txt')).stdout).toBe((await dk('log a.txt')).stdout);
    expect((await dk('cat -- a.txt@3')).stdout).toBe('one\ntwo\n');
    expect((await dk('cat demo -- a.txt')).stdout).toBe('ONE\ntwo\n');
    expect(await dk('cat -- --json')).toMatchObject({ code: 3 });
    expect(await dk('cat nosuch -- a.txt')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('no recording "nosuch"'),
    });
    expect(await dk('find -- --frm')).toMatchObject({ code: 1 });
  });
});

describe('dk cat on a terminal', () => {
  it('does not let a recording steer it', async () => {
    expect((await dk(['cat', EVIL], { tty: true })).stdout).toBe('ev\\x1b]0;il\\x07\n');
  });
});
