import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../../src/catalog/store.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { runCli } from '../run-cli.js';
import { storeScript } from '../store-script.js';
import { withStored } from './fixture.js';

const folder = tempFolders();
const PLAY = { base: { 'a.txt': 'one\n' }, info: { label: 'first', exitCode: 1, durationNs: 5 } };
const fixture = withStored(PLAY, (script) => {
  script.main.exec('npm', 'test');
  script.main.write('a.txt', 'ONE');
  script.main.writeFile('b.txt', 'b\n');
});
const { dk } = fixture;

describe('dk ls', () => {
  it('lists what contract and table promise', async () => {
    const { stdout, stderr, code } = await dk('ls');
    expect([code, stderr]).toEqual([0, '']);
    const [header, row, ...more] = stdout.trimEnd().split('\n');
    expect(header?.split(/ +/)).toEqual(['ID', 'LABEL', 'WHEN', 'COMMAND', 'EXIT', 'EVENTS', 'SIZE', 'STATE']);
    expect(row).toMatch(
      new RegExp(
        `^${fixture.info.id}  first  20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  npm test  1 +4  +9 B  sealed$`,
      ),
    );
    expect(more).toEqual([]);
  });

  it('prints one JSON object a line', async () => {
    const rows = (await dk('ls --json')).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows).toMatchObject([
      {
        id: fixture.info.id,
        label: 'first',
        command: 'npm test',
        argv: ['npm', 'test'],
        exitCode: 1,
        events: 4,
        state: 'sealed',
      },
    ]);
  });

  it('is empty without a store, and makes none', async () => {
    const home = join(folder(), 'none');
    expect(await runCli(['ls'], { home })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'dk: There are no recordings yet. Record a command with: dk run -- CMD\n',
    });
    expect(await runCli(['ls', '--json'], { home })).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(home)).toBe(false);
  });

  it('names what is damaged and lists the rest', async () => {
    const home = folder();
    const good = await storeScript(home, PLAY, () => {});
    const bad = await storeScript(home, PLAY, () => {});
    writeFileSync(join(home, 'recordings', bad.id, 'manifest.json'), 'garbage');
    const listed = await runCli(['ls'], { home });
    expect(listed).toMatchObject({ code: 4, stdout: expect.stringContaining(good.id) });
    expect(listed.stderr).toMatch(
      new RegExp(`^dk: recording ${bad.id} is left out: .*manifest\\.json is damaged: it is not JSON\\.\\n$`),
    );
    expect(await runCli(['log', bad.id, 'a.txt'], { home })).toMatchObject({ code: 4, stdout: '' });
    expect(await runCli(['verify', bad.id], { home })).toMatchObject({ code: 4, stdout: '' });
  });
});

describe('dk rm', () => {
  it('removes by its whole id what is too damaged to be read', async () => {
    const home = folder();
    const { id } = await storeScript(home, PLAY, () => {});
    writeFileSync(join(home, 'recordings', id, 'manifest.json'), 'garbage');
    expect(await runCli(['rm', id.slice(0, 4)], { home })).toMatchObject({ code: 4 });
    expect(await runCli(['rm', id], { home })).toMatchObject({ code: 0, stderr: `dk: removed ${id}\n` });
    expect(await runCli(['ls', '--json'], { home })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('removes what the references name, all or nothing', async () => {
    const home = folder();
    const ids: string[] = [];
    for (const label of ['x', 'y', 'z']) {
      ids.push((await storeScript(home, { info: { label, startedMs: 1e12 + ids.length } }, () => {})).id);
    }
    expect(await runCli(['rm', 'x', 'nosuch'], { home })).toMatchObject({ code: 3 });
    expect(openStore(home).list()).toHaveLength(3);
    expect(await runCli(['rm', '@', 'x', 'x'], { home })).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `dk: removed ${ids[2]}\ndk: removed ${ids[0]}\n`,
    });
    expect(
      openStore(home)
        .list()
        .map((info) => info.id),
    ).toEqual([ids[1]]);
    expect(await runCli(['rm'], { home })).toMatchObject({
      code: 2,
      stderr: 'dk rm needs at least one REC.\nSee how it is used with: dk help rm\n',
    });
  });

  it('refuses a recording that is running', async () => {
    const home = folder();
    const done = await storeScript(home, PLAY, () => {});
    const store = openStore(home);
    const { id, version, marks, state, ...draft } = done;
    const running = store.create(draft);
    expect(await runCli(['rm', running.id], { home })).toMatchObject({
      code: 2,
      stderr: `dk: Recording ${running.id} is still running.\nEnd its command first, then remove it.\n`,
    });
    expect(store.list()).toHaveLength(2);
    store.close();
  });
});

describe('dk mark', () => {
  it('names an event, and moves the name', async () => {
    expect(await dk('mark 2 bad')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await dk("show 'bad --json")).stdout).toContain('"seq": 2,');
    expect(await dk('mark first end bad')).toMatchObject({ code: 0 });
    expect((await dk("log --from 'bad --json")).stdout).toContain('"seq":4,');
    expect(await dk("show 'none")).toMatchObject({
      code: 3,
      stderr: `dk: The recording has no mark "none".\nIts marks are "'bad".\n`,
    });
    expect(await dk('mark 2 a@b')).toMatchObject({ code: 2 });
    expect(await dk('mark 9 x')).toMatchObject({ code: 3 });
    expect(await dk('mark 2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('dk mark needs an EVENT and a NAME.'),
    });
  });
});

describe('bundles', () => {
  it('are read by every command, from an empty store', async () => {
    const cwd = folder();
    const exported = await dk('export', { cwd });
    expect(exported).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^dk: exported ${fixture.info.id} · 4 events · .* · first\\.dk\\.zip\\n$`),
      ),
    });
    const home = join(folder(), 'empty');
    const bundle = join(cwd, 'first.dk.zip');
    for (const line of ['log', 'log --json', 'show 2', 'tree', 'diff 0', 'cat a.txt@0']) {
      const [verb = '', ...rest] = line.split(' ');
      const mine = await dk([verb, '@', ...rest]);
      const theirs = await runCli([verb, 'first.dk.zip', ...rest], { home, cwd });
      expect(theirs).toEqual(mine);
      expect(await runCli([verb, bundle, ...rest], { home })).toEqual(mine);
    }
    expect(existsSync(home)).toBe(false);
  });

  it('can be taken into the store once', async () => {
    const [cwd, home] = [folder(), folder()];
    expect(await dk('export @ -o b.dk.zip --with-base', { cwd })).toMatchObject({ code: 0 });
    expect(await runCli(['import', 'b.dk.zip'], { home, cwd })).toMatchObject({
      code: 0,
      stderr: `dk: imported ${fixture.info.id} · 4 events · b.dk.zip (dk open ${fixture.info.id})\n`,
    });
    expect((await runCli(['cat', 'a.txt'], { home })).stdout).toBe('ONE\n');
    expect(await runCli(['import', 'b.dk.zip'], { home, cwd })).toMatchObject({ code: 2 });
    expect(await runCli(['import', 'nosuch.zip'], { home, cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no file nosuch.zip.'),
    });
  });

  it('are refused when they are none, or damaged', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'note.txt'), 'not a bundle');
    writeFileSync(join(cwd, 'bad.dk.zip'), 'PK\u0003\u0004 and no more');
    expect(await dk('verify note.txt', { cwd })).toMatchObject({
      code: 4,
      stderr: 'dk: The file note.txt is not a DiffKeeper bundle.\nBundles are made with: dk export -o FILE.dk.zip\n',
    });
    expect(await dk('log bad.dk.zip', { cwd })).toMatchObject({ code: 4, stdout: '' });
    expect(await dk('import bad.dk.zip', { cwd })).toMatchObject({ code: 4 });
    expect(await dk('export bad.dk.zip', { cwd })).toMatchObject({ code: 4 });
    expect(await dk('verify ./none.dk.zip', { cwd })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no file ./none.dk.zip.'),
    });
  });

  it('leave a file with a path like any other a path', async () => {
    const cwd = folder();
    writeFileSync(join(cwd, 'a.txt'), 'a file in the current directory');
    expect((await dk('log a.txt', { cwd })).stdout).toMatch(/^2 /);
  });

  it('keep what stood there when they cannot be written', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'dir.dk.zip'));
    expect(await dk('export -o dir.dk.zip', { cwd })).toMatchObject({ code: 5 });
    expect(await dk('export -o no/such/dir.dk.zip', { cwd })).toMatchObject({ code: 5 });
    writeFileSync(join(cwd, 'old.dk.zip'), 'old');
    expect(await dk('export -o old.dk.zip', { cwd })).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, 'old.dk.zip')).subarray(0, 2).toString()).toBe('PK');
  });
});

describe('dk open', () => {
  it('needs a terminal', async () => {
    expect(await dk('open')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dk: dk open needs a terminal, and this is none.\nPrint the timeline with: dk log\n'.replace(
        'dk: dk',
        'dk',
      ),
    });
    expect(await dk('open nosuch')).toMatchObject({ code: 3 });
    expect(await dk('open a b')).toMatchObject({ code: 2 });
  });
});
