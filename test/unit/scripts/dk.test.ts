import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DK } from '../../support/kernel.js';

/** A stand-in for the launcher and for main.js: says what it was given. */
const REPORTER = `#!/usr/bin/env -S node
const { readFileSync } = require('node:fs');
const environ = readFileSync('/proc/self/environ').toString('latin1').split('\\0').slice(0, -1);
console.log(JSON.stringify({ argv: process.argv.slice(1), cwd: process.cwd(), environ }));
`;

interface Report {
  argv: string[];
  cwd: string;
  environ: string[];
}

let clone: string;

/** A clone as set-up leaves it, with stand-ins for everything that is built. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'dk-clone-'));
  for (const folder of [
    'scripts',
    'bpf',
    'addon',
    'src/cli',
    'build/Release',
    'build/stamps',
    'dist/program',
    'node_modules',
  ])
    mkdirSync(join(clone, folder), { recursive: true });
  for (const file of [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'binding.gyp',
    'src/cli/main.ts',
    'scripts/bundle.mjs',
  ])
    writeFileSync(join(clone, file), '{}');
  copyFileSync(DK, join(clone, 'dk'));
  script('scripts/setup.sh', '#!/bin/sh\necho set up >&2\nexit "${FAKE_SETUP_STATUS-0}"\n');
  script('build/Release/dk-launcher', REPORTER);
  script('dist/program/main.js', REPORTER);
  stamp();
});
afterEach(() => rmSync(clone, { recursive: true }));

function script(path: string, text: string): void {
  writeFileSync(join(clone, path), text);
  chmodSync(join(clone, path), 0o755);
}

function stamp(): void {
  writeFileSync(join(clone, 'build/stamps/ready'), `${process.execPath}\n${process.execPath}\n`);
}

const PATH = `${join(process.execPath, '..')}:${process.env.PATH}`;

function run(args: string[], options: { dk?: string; cwd?: string; env?: Record<string, string> } = {}) {
  const cwd = options.cwd ?? clone;
  const env = options.env ?? { PATH, PWD: cwd };
  const result = spawnSync(options.dk ?? join(clone, 'dk'), args, { cwd, env, encoding: 'utf8' });
  const report = (): Report => JSON.parse(result.stdout) as Report;
  return { status: result.status, stderr: result.stderr, stdout: result.stdout, report };
}

describe('which program it becomes', () => {
  test('run: the launcher, with node and main.js in front', () => {
    const { report } = run(['run', '--no-tui', '--', 'sh', '-c', 'a  "b"']);
    expect(report().argv).toEqual([
      join(clone, 'build/Release/dk-launcher'),
      process.execPath,
      join(clone, 'dist/program/main.js'),
      'run',
      '--no-tui',
      '--',
      'sh',
      '-c',
      'a  "b"',
    ]);
  });

  test('any other verb: main.js', () => {
    expect(run(['log', '@2', '--json']).report().argv).toEqual([
      join(clone, 'dist/program/main.js'),
      'log',
      '@2',
      '--json',
    ]);
    expect(run([]).report().argv).toEqual([join(clone, 'dist/program/main.js')]);
  });

  test('keeps the working directory, through relative paths and symbolic links', () => {
    const elsewhere = join(clone, 'src');
    symlinkSync(join(clone, 'dk'), join(elsewhere, 'link'));
    for (const dk of ['../dk', './link', join(elsewhere, 'link')]) {
      const { report } = run(['ls'], { dk, cwd: elsewhere });
      expect(report().cwd).toBe(elsewhere);
      expect(report().argv[1]).toBe('ls');
    }
  });
});

describe('the environment of a recorded command', () => {
  /** Exactly what the stand-in was started with. */
  const seen = (env: Record<string, string>, cwd = clone) => run(['run', '--', 'true'], { env, cwd }).report().environ;
  const given = (env: Record<string, string>) => Object.entries(env).map(([name, value]) => `${name}=${value}`);

  test('is handed on as it is', () => {
    const env = { PATH, PWD: clone, EMPTY: '', LINES_: 'a\nb', dir: 'mine', node: 'mine', self: 'mine' };
    expect(seen(env).sort()).toEqual(given(env).sort());
  });

  test('keeps variables that a shell cannot hold', () => {
    const env = { PATH, PWD: clone, 'BASH_FUNC_hi%%': "() {  echo 'hi'\n}", 'a.b': '$HOME `x` \\', QUOTE: "it's" };
    expect(seen(env).sort()).toEqual(given(env).sort());
  });

  test('gets no PWD when there was none, and keeps one that does not fit', () => {
    expect(seen({ PATH })).toEqual([`PATH=${PATH}`]);
    expect(seen({ PATH, PWD: '/nonsense' }).sort()).toEqual([`PATH=${PATH}`, 'PWD=/nonsense']);
  });
});

describe('set-up', () => {
  const isSetUp = () => run(['ls']).stderr === 'set up\n';

  test('is skipped while nothing changed', () => expect(isSetUp()).toBe(false));

  test('runs when a source, the lock file or a product changed', () => {
    for (const change of [
      () => appendFileSync(join(clone, 'src/cli/main.ts'), '//'),
      () => writeFileSync(join(clone, 'src/cli/new.ts'), ''),
      () => appendFileSync(join(clone, 'package-lock.json'), ' '),
      () => rmSync(join(clone, 'node_modules'), { recursive: true }),
    ]) {
      expect(isSetUp()).toBe(false);
      change();
      expect(isSetUp()).toBe(true);
      mkdirSync(join(clone, 'node_modules'), { recursive: true });
      stamp();
    }
  });

  test('runs when node is another one than last time', () => {
    writeFileSync(join(clone, 'build/stamps/ready'), `/elsewhere/node\n${process.execPath}\n`);
    expect(isSetUp()).toBe(true);
  });

  test('ends with 125 for run and 5 for the rest when it fails', () => {
    rmSync(join(clone, 'build/stamps/ready'));
    const env = { PATH, PWD: clone, FAKE_SETUP_STATUS: '7' };
    expect(run(['run', '--', 'true'], { env })).toMatchObject({ status: 125, stdout: '', stderr: 'set up\n' });
    expect(run(['ls'], { env })).toMatchObject({ status: 5, stdout: '', stderr: 'set up\n' });
  });

  test('says what to do when there is no node', () => {
    const env = { PATH: join(clone, 'bpf'), PWD: clone };
    expect(run(['ls'], { env })).toMatchObject({
      status: 5,
      stderr:
        'dk: Node.js was not found in PATH.\ndk: Install Node.js 20.15 or newer (https://nodejs.org) and run this again.\n',
    });
    expect(run(['run', '--', 'true'], { env: { ...env, SUDO_USER: 'me' } })).toMatchObject({
      status: 125,
      stderr:
        'dk: Node.js was not found in PATH.\ndk: sudo sets a PATH of its own; hand yours on: sudo env "PATH=$PATH" dk …\n',
    });
  });
});
