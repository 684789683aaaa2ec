import { describe, expect, it } from 'vitest';
import { Driver } from './driver.js';

describe('the file at the playhead', () => {
  it('shows what each event did to it', async () => {
    const driver = await Driver.play({ base: { 'a.txt': 'one\ntwo\n' } }, ({ main }) => {
      main.append('a.txt', 'three\n');
      main.write('a.txt', 'TWO', 4);
      main.truncate('a.txt', 4);
      main.chmod('a.txt', 0o600);
      main.unlink('a.txt');
    });
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', ' one', ' two', '+three']);
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', ' one', '-two', '+TWO', ' three']);
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', ' one', '-TWO', '-three']);
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', '[mode 644 → 600]', ' one']);
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', '[removed]', '-one']);
    await driver.debug.back(4);
    expect(driver.file).toEqual(['a.txt', ' one', ' two', '+three']);
  });

  it('compares a rewritten file with what it was before it was emptied', async () => {
    const driver = await Driver.play({ base: { 'a.txt': 'one\ntwo\nthree\n' } }, ({ main }) => {
      main.writeFile('a.txt', 'one\n2\nthree\n');
    });
    await driver.debug.step(2);
    expect(driver.file).toEqual(['a.txt', '[vs #0]', ' one', '-two', '+2', ' three']);
  });

  it('compares a file renamed into place with what it replaced', async () => {
    const driver = await Driver.play({ base: { 'a.txt': 'one\ntwo\n' } }, ({ main }) => {
      main.writeFile('a.tmp', 'one\nTWO\n');
      main.rename('a.tmp', 'a.txt');
    });
    await driver.debug.step(3);
    expect(driver.file).toEqual(['a.txt', '[renamed from a.tmp]', '[vs replaced]', ' one', '-two', '+TWO']);
    driver.debug.set({ mode: 'since' });
    await driver.debug.idle();
    expect(driver.file.slice(-4)).toEqual(['[vs start]', ' one', '-two', '+TWO']);
    driver.debug.set({ mode: 'content' });
    await driver.debug.idle();
    expect(driver.file.slice(-2)).toEqual([' one', '+TWO']);
  });

  it('shows binary files in hex, and text when asked to', async () => {
    const driver = await Driver.play({}, ({ main }) => main.writeFile('a.bin', Buffer.from([0, 1, 0xff])));
    await driver.debug.step(2);
    expect(driver.file).toEqual(['a.bin', 'hex 0001ff']);
    driver.debug.set({ hex: false });
    await driver.debug.idle();
    expect(driver.file).toEqual(['a.bin', '+\u0000\u0001\ufffd']);
  });

  it('reads only the surroundings of a change in a large file', async () => {
    const line = `${'x'.repeat(99)}\n`;
    const driver = await Driver.play({ base: { big: line.repeat(30_000) } }, ({ main }) =>
      main.write('big', 'changed', 1_500_000),
    );
    await driver.debug.step();
    const { main } = driver.frame;
    if (main.kind !== 'file' || main.view.body.kind !== 'lines') throw new Error('expected lines');
    const { lines, part, firstChange } = main.view.body;
    expect(part).toEqual({ from: 1_500_000 - 48 * 1024, to: 1_500_007 + 48 * 1024, sizeBytes: 3_000_000 });
    expect(lines[firstChange]).toMatchObject({
      sign: '-',
      text: 'x'.repeat(99),
      newNumber: null,
      hot: { from: 0, to: 7 },
    });
    expect(lines[firstChange + 1]).toMatchObject({ sign: '+', text: `changed${'x'.repeat(92)}` });
    expect(lines.length).toBeLessThan(1100);
  });

  it('says what is not known instead of showing zeros', async () => {
    const driver = await Driver.play({ base: { 'a.txt': 'secret\n' }, preimages: false }, ({ main }) =>
      main.write('a.txt', 'S'),
    );
    await driver.debug.step();
    expect(driver.file).toContain('?6 bytes at 1 are unknown: they were not captured');
    expect(driver.file.join('')).not.toContain('\u0000');
  });

  it('marks a file as not certain from a gap to its resync', async () => {
    const driver = await Driver.play(
      { base: { 'a.log': 'a\n', 'b.log': 'b\n' }, info: { verified: null } },
      ({ main }) => {
        main.append('a.log', '1\n');
        main.gap('a.log', { cause: 'full' });
        main.append('a.log', '2\n');
        main.append('b.log', '2\n');
        main.resync('a.log', 'a\n1\n2\n3\n');
      },
    );
    const uncertain = async (seq: number): Promise<(number | undefined)[]> => {
      await driver.debug.seek(seq);
      return [driver.frame.fileUncertain?.seq, driver.frame.uncertain?.seq];
    };
    expect(await uncertain(1)).toEqual([undefined, undefined]);
    expect(await uncertain(3)).toEqual([2, 2]);
    expect(await uncertain(4)).toEqual([undefined, 2]);
    expect(await uncertain(5)).toEqual([undefined, undefined]);
    expect(driver.file).toEqual([
      'a.log',
      '[truth read back after a gap]',
      '?4 bytes at 0 are unknown: they were not captured',
      '+a',
      '+1',
      ' 2',
      '+3',
    ]);
    expect(driver.debug.snapshot.gapSeqs).toEqual([2]);
  });
});

describe('the tree at the playhead', () => {
  it('unfolds the way to the changes, and marks what the event did', async () => {
    const base = { 'src/a.txt': 'a\n', 'src/deep/b.txt': 'b\n', 'other/c.txt': 'c\n' };
    const driver = await Driver.play({ base }, ({ main }) => {
      main.append('src/deep/b.txt', '1\n');
      main.create('src/new.txt');
      main.rename('src/a.txt', 'src/z.txt');
      main.unlink('src/new.txt');
    });
    expect(driver.tree).toEqual([
      '  ▾/work/app',
      '    ▸other',
      '    ▾src',
      '      a.txt',
      '      ▾deep',
      '        b.txt',
    ]);
    await driver.debug.step();
    expect(driver.tree.at(-1)).toBe('M       b.txt');
    await driver.debug.step();
    expect(driver.tree.slice(-3)).toEqual(['      ▾deep', '•       b.txt', 'A     new.txt']);
    await driver.debug.step();
    expect(driver.tree.slice(-5)).toEqual([
      'R     ~a.txt~',
      '      ▾deep',
      '•       b.txt',
      '•     new.txt',
      'R     z.txt',
    ]);
    await driver.debug.step();
    expect(driver.tree.slice(-2)).toEqual(['D     ~new.txt~', '•     z.txt']);
  });

  it('keeps what the user folded', async () => {
    const driver = await Driver.play({ base: { 'd/a.txt': '' } }, ({ main }) => main.append('d/a.txt', 'x'));
    const dir = driver.frame.tree.find((row) => row.name === 'd');
    driver.debug.toggleDir(dir?.file ?? 0, false);
    await driver.debug.step();
    expect(driver.tree).toEqual(['  ▾/work/app', '    ▸d']);
  });

  it('shows only what was touched when asked to', async () => {
    const driver = await Driver.play({ base: { 'd/a.txt': '', 'e/b.txt': '', 'c.txt': '' } }, ({ main }) =>
      main.append('d/a.txt', 'x'),
    );
    driver.debug.set({ touchedOnly: true });
    await driver.debug.step();
    expect(driver.tree).toEqual(['  ▾/work/app', '    ▾d', 'M     a.txt']);
  });

  it('lists what changed outside of the roots', async () => {
    const driver = await Driver.play({}, ({ main, writer }) => {
      const owner = { uid: 0, gid: 0, rdev: 0, nlink: 1, sizeBytes: 0, target: null, xattrs: null, listed: false };
      const times = { mtimeNs: 0n, ctimeNs: 0n };
      writer.addExternal({
        ...owner,
        ...times,
        file: writer.newFile(),
        parent: 1,
        name: 'tmp',
        mode: 0o041777,
        identity: '8:1:1',
      });
      main.create('/tmp/x');
    });
    await driver.debug.step();
    expect(driver.tree).toEqual(['  ▾/work/app', '  elsewhere', 'A   /tmp/x']);
  });
});

describe('following', () => {
  it('selects what changes, or holds on to one file', async () => {
    const driver = await Driver.play({ base: { 'a.txt': '', 'b.txt': '' } }, ({ main }) => {
      main.append('a.txt', '1\n');
      main.append('b.txt', '2\n');
      main.append('a.txt', '3\n');
    });
    await driver.debug.step();
    driver.debug.set({ follow: false });
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', ' 1']);
    await driver.debug.step();
    expect(driver.file).toEqual(['a.txt', ' 1', '+3']);
  });

  it('shows the event where none changes a file', async () => {
    const driver = await Driver.play({}, ({ main }) => {
      main.exec('node', 'a b.js');
      main.output('\u001b[31mred\u001b[39m\nplain\n', 2);
    });
    await driver.debug.stepEvent();
    expect(driver.frame.main).toMatchObject({
      kind: 'event',
      view: {
        title: '#1 exec',
        facts: [
          { label: 'command', text: "node 'a b.js'" },
          { label: 'program', text: '/usr/bin/node' },
          { label: 'in' },
          { label: 'by' },
          { label: 'process' },
        ],
      },
    });
    await driver.debug.stepEvent();
    expect(driver.frame.main).toMatchObject({ view: { title: '#2 output', printed: ['red', 'plain'] } });
    expect(driver.frame.rows.at(-1)?.text?.detail).toBe('red');
  });
});

describe('the recording at a glance', () => {
  it('sums up what changed from start to end', async () => {
    const base = { 'a.txt': 'one\n', 'old/b.txt': 'b\n', 'old/c.txt': 'c\n', 'same.txt': '' };
    const driver = await Driver.play({ base }, ({ main }) => {
      main.append('a.txt', 'two\n');
      main.mkdir('new');
      main.writeFile('new/x', '1');
      main.writeFile('new/y', '2');
      main.create('gone');
      main.unlink('gone');
      main.unlink('old/b.txt');
      main.unlink('old/c.txt');
      main.rmdir('old');
    });
    const rows = driver.debug.snapshot.summary?.map(({ letter, path, inside }) => `${letter} ${path} ${inside}`);
    expect(rows).toEqual(['M /work/app/a.txt 0', 'A /work/app/new 2', 'D /work/app/old 2']);
  });
});
