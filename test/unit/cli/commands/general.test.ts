import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/commands/index.js';
import { tempFolders } from '../../../support/temp-folder.js';
import { runCli } from '../run-cli.js';

const folder = tempFolders();
const dk = (...args: string[]) => runCli(args, { home: folder() });

describe('help', () => {
  it('comes from the list of commands', async () => {
    const { stdout, code } = await dk('help');
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(stdout).toMatch(new RegExp(`^  ${name}( .*)?  ${summary.replace(/[()']/g, '.')}$`, 'm'));
    expect(await dk('--help')).toMatchObject({ code: 0, stdout });
    expect(await dk('-h')).toMatchObject({ code: 0, stdout });
    expect(await dk()).toMatchObject({ code: 2, stdout: '', stderr: stdout });
  });

  it('is there for every command, three ways', async () => {
    for (const { name } of COMMANDS) {
      const { stdout } = await dk('help', name);
      expect(stdout.startsWith(`Usage: dk ${name}`)).toBe(true);
      expect(await dk(name, '--help')).toMatchObject({ code: 0, stdout, stderr: '' });
      expect(await dk(name, '-h')).toMatchObject({ code: 0, stdout, stderr: '' });
    }
  });

  it('says what is no command', async () => {
    expect(await dk('dif')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'dk has no command "dif".\nDid you mean `dk diff`? See them all with: dk help\n',
    });
    expect(await dk('help', 'nonsense')).toMatchObject({
      code: 2,
      stderr: 'dk has no command "nonsense".\nSee them all with: dk help\n',
    });
    expect(await dk('--nonsense')).toMatchObject({
      code: 2,
      stderr: 'dk has no option "--nonsense".\nSee them all with: dk help\n',
    });
    expect(await dk('evil\u001b[2J')).toMatchObject({ code: 2, stderr: expect.not.stringContaining('\u001b') });
  });
});

describe('completion', () => {
  it('is a script that the shell takes', async () => {
    const { stdout, code } = await dk('completion', 'bash');
    expect(code).toBe(0);
    execFileSync('bash', ['-n'], { input: stdout });
    const words = execFileSync(
      'bash',
      [
        '-c',
        `${stdout}\nCOMP_WORDS=(dk lo) COMP_CWORD=1; _dk; echo "\${COMPREPLY[*]}"; COMP_WORDS=(dk log --f) COMP_CWORD=2; _dk; echo "\${COMPREPLY[*]}"`,
      ],
      { encoding: 'utf8' },
    );
    expect(words).toBe('log\n--from --follow\n');
  });

  it('knows three shells', async () => {
    expect((await dk('completion', 'zsh')).stdout).toMatch(/^#compdef dk\n/);
    expect((await dk('completion', 'fish')).stdout).toContain(
      "complete -c dk -n '__fish_seen_subcommand_from log' -l follow ",
    );
    expect(await dk('completion', 'tcsh')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash, zsh, fish'),
    });
  });
});

describe('a store that is garbage', () => {
  it('is told from one that is empty', async () => {
    expect(await runCli(['log'], { home: '/dev/null' })).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringMatching(/^dk: The store \/dev\/null is not a folder\.\n/),
    });
    expect(await dk('log')).toMatchObject({
      code: 3,
      stderr: 'dk: There is no recording yet.\nRecord a command with: dk run -- CMD\n',
    });
    expect(await dk('show', 'abc', '12')).toMatchObject({
      code: 3,
      stderr: 'dk: There is no recording "abc": the store is empty.\nRecord a command with: dk run -- CMD\n',
    });
  });
});
