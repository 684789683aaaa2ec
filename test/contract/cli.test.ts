/** The program as it is started: arguments as bytes, exit codes, signals, pipes and terminals. */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { tempFolders } from '../support/temp-folder.js';
import { storeScript } from '../unit/cli/store-script.js';

const MAIN = resolve(process.env.DK_DIST ?? 'dist', 'program/main.js');
const folder = tempFolders();
let home = '';

beforeAll(async () => {
  home = folder();
  await storeScript(home, { base: { 'a.txt': 'one\n' } }, ({ main }) => {
    main.exec('sh');
    main.writeFile('a\udcff', 'bytes\n');
    for (let i = 0; i < 5000; i++) main.append('a.txt', `line ${i}\n`);
  });
});

const env = (more: NodeJS.ProcessEnv = {}) => ({
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  DK_HOME: home,
  TERM: 'xterm',
  ...more,
});

function dk(args: readonly string[], options: SpawnSyncOptions = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    env: env(),
    encoding: 'utf8',
    ...options,
  });
  return { status, stdout: String(stdout), stderr: String(stderr) };
}

/** A shell line in which $dk is the program. */
function shell(line: string, more: NodeJS.ProcessEnv = {}) {
  const script = `set -o pipefail; dk() { "${process.execPath}" "${MAIN}" "$@"; }; ${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { env: env(more), encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the program', () => {
  it('tells its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(dk(['--version'])).toEqual({ status: 0, stdout: `dk ${version}\n`, stderr: '' });
    expect(dk(['-V'])).toEqual({ status: 0, stdout: `dk ${version}\n`, stderr: '' });
  });

  it('exits as the contract says', () => {
    expect(dk(['log', '--limit', '1']).status).toBe(0);
    expect(dk(['find', 'nothing of the kind']).status).toBe(1);
    expect(dk(['lgo']).status).toBe(2);
    expect(dk(['show', '99999']).status).toBe(3);
    expect(dk(['log'], { env: env({ DK_HOME: '/dev/null' }) }).status).toBe(5);
    expect(dk(['run', '--nonsense']).status).toBe(125);
  });

  it('shows a stack only when asked', () => {
    const quiet = dk(['show', '99999']);
    expect(quiet.stderr).toBe('dk: The recording has no event "99999".\nIts events are 1 to 5003; 0 is the base.\n');
    const loud = dk(['show', '99999'], { env: env({ DK_DEBUG: '1' }) });
    expect(loud.stderr.startsWith(quiet.stderr)).toBe(true);
    expect(loud.stderr).toMatch(/\n {4}at .*event-ref/);
  });

  it('takes names that are not UTF-8 as bytes', () => {
    expect(shell(`dk cat $'a\\xff'`)).toEqual({ status: 0, stdout: 'bytes\n', stderr: '' });
    expect(shell(`dk cat $'b\\xff'`)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('There is no b\\xff at event'),
    });
  });

  it('is quiet when nobody reads on', () => {
    const { status, stdout, stderr } = shell('dk log | head -n 1');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^1 /);
    expect(shell('dk log --json | head -c 10')).toEqual({ status: 0, stdout: '{"seq":1,"', stderr: '' });
  });

  it('waits for slow readers and loses nothing', () => {
    expect(shell('dk log | { sleep 0.3; wc -l; }').stdout.trim()).toBe('5003');
    expect(shell('dk cat a.txt | sha256sum').stdout).toBe(
      shell(`{ echo one; for i in {0..4999}; do echo "line $i"; done; } | sha256sum`).stdout,
    );
  });
});

describe('on a terminal', () => {
  /** Runs the line on a terminal of its own; line ends come back as CR LF. */
  function terminal(line: string, more: NodeJS.ProcessEnv = {}) {
    const { status, stdout } = spawnSync('script', ['-qec', `bash -c '${line}' > /dev/tty`, '/dev/null'], {
      env: env({ dk: `${process.execPath} ${MAIN}`, ...more }),
      encoding: 'utf8',
    });
    return { status, text: stdout.replaceAll('\r\n', '\n') };
  }

  it('long output goes through the pager, which may leave early', () => {
    const { status, text } = terminal('$dk log', { PAGER: "sed -n '1,2s/^/paged: /p;2q'" });
    expect(status).toBe(0);
    expect(text.split('\n').map((line) => line.slice(0, 7))).toEqual(['paged: ', 'paged: ', '']);
  });

  it('short errors do not', () => {
    expect(terminal('$dk show 99999', { PAGER: 'sed s/^/paged:/' }).text).toContain('dk: The recording has no event');
  });

  it('colours unless told otherwise', () => {
    expect(terminal('$dk log --limit 1', { PAGER: 'cat' }).text).toContain('\u001b[');
    expect(terminal('$dk log --limit 1', { PAGER: 'cat', NO_COLOR: '1' }).text).not.toContain('\u001b[');
  });
});
