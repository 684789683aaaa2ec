import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RecordingInfo } from '../../../../src/catalog/types.js';
import type { Script } from '../../../support/scripted.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { demoScript } from '../../../support/demo-recording.js';
import { runCli } from '../run-cli.js';
import { storeScript } from '../store-script.js';
import { withStored } from './fixture.js';

const folder = tempFolders();
const BASE = {
  'package.json': '{}\n',
  'README.md': '# shop\n',
  'src/config.json': '{ "currency": "EUR" }\n',
  'src/cart.js': 'export {};\n',
  'logs/app.log': 'started\n',
  'latest.log': { target: 'logs/app.log' },
} as const;
const { dk } = withStored({ base: BASE, info: { label: 'demo' } }, (script) => {
  demoScript(script); // 1…52
  script.main.chmod('src/cart.js', 0o755); // 53
  script.main.rename('package.json', 'with space.json'); // 54
  script.main.unlink('latest.log'); // 55
  script.main.writeFile('latest.log', 'no longer a link'); // 56, 57
  script.main.writeFile('escape.txt', 'a\u001b[2J\n'); // 58, 59
});
const LAST = 59;

/** Files and links, as git sees them. */
function view(dir: string, path = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(dir, path))) {
    const at = join(path, name);
    const stat = lstatSync(join(dir, at));
    if (stat.isDirectory()) Object.assign(found, view(dir, at));
    else if (stat.isSymbolicLink()) found[at] = `-> ${readlinkSync(join(dir, at))}`;
    else found[at] = `${(stat.mode & 0o100) === 0 ? 'file' : 'program'} ${readFileSync(join(dir, at), 'latin1')}`;
  }
  return found;
}

async function checkedOut(at: number): Promise<string> {
  const dir = folder();
  expect(await dk(`checkout --at ${at} --to ${dir}`)).toMatchObject({ code: 0, stdout: '' });
  return dir;
}

describe('dk diff', () => {
  it('applies to the checkout of the one state and gives the other', async () => {
    const points = [0, 5, 10, 19, 21, 44, 45, 49, 53, 54, 55, LAST];
    for (const [i, from] of points.entries()) {
      const before = await checkedOut(from);
      const to = points[Math.min(points.length - 1, i + 1 + (i % 3))] as number;
      const { bytes, code } = await dk(`diff ${from} ${to} --binary`);
      expect(code).toBe(0);
      if (bytes.length > 0)
        execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: before, input: bytes, stdio: 'pipe' });
      expect(view(before)).toEqual(view(await checkedOut(to)));
      expect(bytes.includes(0x1b)).toBe(false);
    }
  });

  it('takes the end for E2, and an optional REC', async () => {
    const { stdout } = await dk('diff 53');
    expect(stdout).toContain(
      'diff --git a/package.json b/with space.json\nsimilarity index 100%\nrename from package.json\nrename to with space.json\n',
    );
    expect((await dk('diff 53 end')).stdout).toBe(stdout);
    expect((await dk('diff @ 53')).stdout).toBe(stdout);
    expect((await dk('diff demo -6 end')).stdout).toBe(stdout);
  });

  it('is empty for one state, and between states that git cannot tell apart', async () => {
    expect(await dk('diff 7 7')).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await dk('diff 48 49')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('1 change without a place in a patch'),
    });
    expect(await dk('diff 4 5')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('exits with 1 only when asked', async () => {
    expect((await dk('diff 0 --exit-code')).code).toBe(1);
    expect((await dk('diff 7 7 --exit-code')).code).toBe(0);
    expect((await dk('diff 0 --exit-code --json')).code).toBe(1);
  });

  it('takes paths behind --, with one event or two', async () => {
    const names = async (line: string) => (await dk(line.replace('diff', 'diff --name-status'))).stdout;
    expect(await names('diff 0 -- src')).toBe('M\tsrc/cart.js\nM\tsrc/config.json\nA\tsrc/current.json\n');
    expect(await names('diff 0 12 -- src logs/app.log')).toBe('M\tlogs/app.log\nM\tsrc/config.json\n');
    expect(await names('diff @ 0 12 -- src')).toBe('M\tsrc/config.json\n');
    expect(await names('diff 0 -- *.json')).toBe(
      'M\tsrc/config.json\nA\tsrc/current.json\nR100\tpackage.json\twith space.json\n',
    );
    expect(await names('diff 12 0 -- src')).toBe('M\tsrc/config.json\n');
  });

  it('has short forms', async () => {
    expect((await dk('diff 52 --name-status')).stdout).toBe(
      'A\tescape.txt\nT\tlatest.log\nM\tsrc/cart.js\nR100\tpackage.json\twith space.json\n',
    );
    expect((await dk('diff 0 12 --stat')).stdout).toBe(
      [
        ' logs/app.log    |   2 ++',
        ' src/config.json |   2 +-',
        ' tmp/cache.bin   | Bin 0 -> 256 bytes',
        ' 3 files changed, 3 insertions(+), 1 deletion(-)',
        '',
      ].join('\n'),
    );
  });

  it('prints JSON', async () => {
    const { from, to, changes } = JSON.parse((await dk('diff 53 54 --json')).stdout);
    expect([from, to]).toEqual([53, 54]);
    expect(changes).toMatchObject([
      {
        change: 'renamed',
        path: '/work/app/with space.json',
        oldPath: '/work/app/package.json',
        before: { sizeBytes: 3 },
        after: { sizeBytes: 3 },
      },
    ]);
  });

  it('is for reading on a terminal: coloured and escaped', async () => {
    const { stdout } = await dk('diff 57 59', { tty: true });
    expect(stdout).toContain('\u001b[32m+a\\x1b[2J\u001b[39m\n');
  });

  it('explains what it cannot do', async () => {
    expect(await dk('diff')).toMatchObject({
      code: 2,
      stderr: 'dk diff needs an event E1.\nSee how it is used with: dk help diff\n',
    });
    expect(await dk('diff nosuch')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"nosuch" is neither an event nor a recording'),
    });
    expect(await dk('diff nosuch 3 4 -- x')).toMatchObject({ code: 3 });
    expect(await dk('diff 3 99')).toMatchObject({ code: 3 });
  });
});

describe('dk verify', () => {
  const PLAY = { base: { 'a.txt': 'one\n', 'gone.txt': 'x' } };
  const play = ({ main }: Script) => {
    main.writeFile('a.txt', 'ONE\n');
    main.unlink('gone.txt');
    main.writeFile('b.txt', 'b\n');
  };

  /** A store whose recording has a proof: what a checkout of its end looked like after `disturb`. */
  async function proven(disturb: (dir: string) => void, info: Partial<RecordingInfo> = {}): Promise<string> {
    const [dir, home] = [folder(), folder()];
    await storeScript(home, PLAY, play);
    expect(await runCli(['checkout', '--to', dir], { home })).toMatchObject({ code: 0 });
    disturb(dir);
    await storeScript(home, { ...PLAY, info: { label: 'v', startedMs: 2e12, ...info } }, play, dir);
    return home;
  }

  it('says yes', async () => {
    const home = await proven(() => {});
    expect(await runCli(['verify'], { home })).toMatchObject({
      code: 0,
      stdout: 'verified · 3 paths · 0 differences · 0 gaps\n',
    });
    expect(JSON.parse((await runCli(['verify', 'v', '--json'], { home })).stdout)).toMatchObject({
      ok: true,
      paths: 3,
      gaps: 0,
      differences: [],
    });
  });

  it('names what differs, with 1', async () => {
    const home = await proven((dir) => {
      appendFileSync(join(dir, 'a.txt'), '!');
      chmodSync(join(dir, 'b.txt'), 0o600);
      writeFileSync(join(dir, 'gone.txt'), 'back');
    });
    const { code, stdout } = await runCli(['verify'], { home });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^a\.txt {2}size {2}recorded 4, found 5$/m);
    expect(stdout).toMatch(/^b\.txt {2}mode {2}recorded 0644, found 0600$/m);
    expect(stdout).toMatch(/^gone\.txt {2}unexpected {2}recorded nothing, found file$/m);
    expect(stdout).toMatch(/\ndiffers · 3 paths · 3 differences · 0 gaps\n$/);
  });

  it('does not call verified what could not all be looked at', async () => {
    const home = await proven(() => {}, { unverified: 'no base manifest' });
    expect(await runCli(['verify'], { home })).toMatchObject({
      code: 1,
      stdout: 'not verified: no base manifest · 3 paths · 0 differences · 0 gaps\n',
    });
    expect(JSON.parse((await runCli(['verify', '--json'], { home })).stdout)).toMatchObject({
      ok: false,
      unverified: 'no base manifest',
      differences: [],
    });
    expect((await runCli(['ls'], { home })).stdout).toMatch(/ sealed not verified\n/);
  });

  it('compares with a directory', async () => {
    const dir = await checkedOut(LAST);
    expect(await dk(`verify --against ${dir}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('verified · '),
    });
    appendFileSync(join(dir, 'latest.log'), '!');
    expect(await dk(`verify --against ${dir}`)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^latest\.log {2}size /),
    });
    expect(await dk('verify --against /nonexistent')).toMatchObject({ code: 3 });
  });

  it('does not pretend to know without a proof', async () => {
    expect(await dk('verify')).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('has no proof') });
  });
});

describe('dk checkout', () => {
  it('rebuilds the root, or the paths asked for', async () => {
    const dir = folder();
    expect(await dk(`checkout --at 12 --to ${dir} src/config.json latest.log`)).toMatchObject({ code: 0, stdout: '' });
    expect(view(dir)).toEqual({ 'latest.log': '-> logs/app.log', 'src/config.json': 'file { "currency": "USD", ' });
    const all = folder();
    expect(await dk(`checkout --at 12 --all --to ${all} src`)).toMatchObject({ code: 0 });
    expect(view(all)).toEqual({ 'work/app/src/config.json': 'file { "currency": "USD", ' });
  });

  it('wants an empty folder, or --force', async () => {
    const dir = folder();
    writeFileSync(join(dir, 'mine'), 'keep');
    expect(await dk(`checkout --to ${dir}`)).toMatchObject({
      code: 2,
      stderr: `dk: ${dir} is not empty.\nChoose an empty folder, or add --force.\n`,
    });
    expect(readdirSync(dir)).toEqual(['mine']);
    expect(await dk(`checkout --to ${dir} --force`)).toMatchObject({ code: 0 });
    expect(readFileSync(join(dir, 'mine'), 'utf8')).toBe('keep');
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).toBe('# shop\n');
    expect(await dk('checkout')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('dk checkout needs --to DIR.'),
    });
    expect(await dk(`checkout --to ${join(dir, 'new')} nosuch`)).toMatchObject({ code: 3 });
    expect(readdirSync(dir)).not.toContain('new');
  });

  it('leaves out what is not known, by name, with 4', async () => {
    const home = folder();
    await storeScript(home, { base: { 'kept.txt': 'k\n' }, preimages: false }, ({ main }) =>
      main.writeFile('b.txt', 'b\n'),
    );
    const dir = folder();
    const result = await runCli(['checkout', '--to', dir], { home });
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toMatch(/^dk: left out \/work\/app\/kept\.txt: /m);
    expect(readdirSync(dir)).toEqual(['b.txt']);
    expect(await runCli(['cat', 'kept.txt'], { home })).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('The bytes of kept.txt at event 2'),
    });
    expect(await runCli(['cat', 'b.txt'], { home })).toMatchObject({ code: 0, stdout: 'b\n' });
  });
});

describe('a gap', () => {
  const gapped = withStored({ base: { 'a.txt': 'one\n', 'b.txt': 'b\n' } }, ({ main }) => {
    main.gap('a.txt'); // 1
    main.resync('a.txt', 'two\n'); // 2
    main.gap(''); // 3
  });

  it('is shown wherever events and states are', async () => {
    expect((await gapped.dk('log')).stdout).toMatch(
      /^1 .*GAP +a\.txt .*a record was lost.*\n2 .*resync +a\.txt .*\n3 .*GAP +- .*anything may have changed\n$/,
    );
    expect(await gapped.dk('tree --at 1')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/a\.txt {2}\? content in doubt\n.*b\.txt\n/),
    });
    expect(await gapped.dk('cat a.txt@1')).toMatchObject({ code: 4, stdout: '' });
    expect(await gapped.dk('cat a.txt@2')).toMatchObject({ code: 0, stdout: 'two\n' });
    expect(await gapped.dk('tree')).toMatchObject({
      code: 0,
      stderr: 'dk: a gap leaves the state at event 3 in doubt: names and metadata may be wrong.\n',
    });
    expect(await gapped.dk('diff 0 1')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('its bytes are not known: /work/app/a.txt'),
    });
    expect((await gapped.dk('ls')).stdout).toContain('sealed 2 gaps');
  });
});
