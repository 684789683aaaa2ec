import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PROJECT_DIR } from '../../support/kernel.js';

/** What any Debian has. Everything else that set-up calls is a stand-in. */
const BASE_TOOLS =
  'sh awk cat chown cut date dirname env find flock grep mkdir readlink rm sed sha256sum sort stat tail touch tr xargs'.split(
    ' ',
  );

/** Stand-ins that leave the product of the real tool, and a line in calls.txt. */
const TOOLS: Record<string, string> = {
  id: 'echo 0',
  node: `case $* in
    *process.versions.node*) echo 20.15.0 ;;
    *) [ "$1" = -p ] && echo x64-115 ;;
  esac; exit 0`,
  npm: `called npm "$1"
    mkdir -p node_modules/.bin && touch node_modules/.package-lock.json
    cp "$BIN/node-gyp" "$BIN/tsc" node_modules/.bin/`,
  make: 'called make; mkdir -p build/bpf; touch build/bpf/dk.skel.h',
  'node-gyp': 'called node-gyp; mkdir -p build/Release; touch build/Release/dk.node; cp "$0" build/Release/dk-launcher',
  tsc: 'called tsc; mkdir -p dist/program; touch dist/program/main.js',
  gcc: 'exit 0',
  'g++': '',
  python3: '',
  clang: '',
  'pkg-config': '',
  bpftool: '',
};

let clone: string;
let bin: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'dk-setup-'));
  bin = join(clone, '.bin');
  for (const folder of ['.bin', 'scripts', 'bpf', 'addon', 'src/cli'])
    mkdirSync(join(clone, folder), { recursive: true });
  for (const file of ['package-lock.json', 'tsconfig.json', 'binding.gyp', 'src/cli/main.ts', 'bpf/a.c', 'addon/a.cc'])
    writeFileSync(join(clone, file), '{}');
  copyFileSync(join(PROJECT_DIR, 'scripts/setup.sh'), join(clone, 'scripts/setup.sh'));
  for (const name of [...BASE_TOOLS, 'cp']) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(), join(bin, name));
  }
  for (const [name, body] of Object.entries(TOOLS)) tool(name, body);
});
afterEach(() => rmSync(clone, { recursive: true }));

function tool(name: string, body: string): void {
  const head = `#!/bin/sh\nBIN=${bin}\ncalled() { echo "$@" >>${clone}/calls.txt; }\n`;
  writeFileSync(join(bin, name), `${head}${body}\n`, { mode: 0o755 });
}

function without(...names: string[]): void {
  for (const name of names) rmSync(join(bin, name));
}

/** Its exit status, its output with times and the folder replaced, and which tools it called. */
function setup(...args: string[]) {
  rmSync(join(clone, 'calls.txt'), { force: true });
  const script = join(clone, 'scripts/setup.sh');
  const { status, stdout, stderr } = spawnSync(script, args, { env: { PATH: bin }, encoding: 'utf8' });
  const calls = join(clone, 'calls.txt');
  return {
    status,
    stdout,
    said: stderr
      .replaceAll(clone, 'CLONE')
      .replace(/\d+\.\d s/g, 'N s')
      .trimEnd()
      .split('\n')
      .filter(Boolean),
    called: existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [],
  };
}

describe('steps', () => {
  test('the first time: all of them, one line each, nothing on stdout', () => {
    expect(setup()).toEqual({
      status: 0,
      stdout: '',
      said: [
        'dk: Setting up CLONE for the first time (log: build/setup.log).',
        'dk: set-up: npm packages (two are compiled, which takes a minute or two) … N s',
        'dk: set-up: BPF programs … N s',
        'dk: set-up: addon and launcher … N s',
        'dk: set-up: TypeScript … N s',
        'dk: Ready after N s.',
      ],
      called: ['npm ci', 'make', 'node-gyp', 'tsc'],
    });
  });

  test('afterwards: only those whose input changed or whose product is gone', () => {
    setup();
    expect(setup()).toEqual({ status: 0, stdout: '', said: [], called: [] });

    appendFileSync(join(clone, 'src/cli/main.ts'), ' ');
    expect(setup().called).toEqual(['tsc']);

    appendFileSync(join(clone, 'bpf/a.c'), ' ');
    expect(setup().called).toEqual(['make', 'node-gyp']);

    appendFileSync(join(clone, 'addon/a.cc'), ' ');
    expect(setup().called).toEqual(['node-gyp']);

    appendFileSync(join(clone, 'package-lock.json'), ' ');
    expect(setup().called).toEqual(['npm ci', 'node-gyp', 'tsc']);

    rmSync(join(clone, 'build/Release/dk-launcher'));
    expect(setup().called).toEqual(['node-gyp']);
    rmSync(join(clone, 'node_modules'), { recursive: true });
    expect(setup().called).toEqual(['npm ci']);
    expect(setup().called).toEqual([]);
  });

  test('two at once: the second waits and finds nothing to do', async () => {
    const start = async () => {
      const child = spawn(join(clone, 'scripts/setup.sh'), { env: { PATH: bin }, stdio: ['ignore', 'ignore', 'pipe'] });
      const said = text(child.stderr);
      const [status] = await once(child, 'close');
      return { status, said: (await said).split('\n') };
    };
    const both = await Promise.all([start(), start()]);
    expect(both.map(({ status }) => status)).toEqual([0, 0]);
    expect(both.flatMap(({ said }) => said.filter((line) => line.includes('… '))).length).toBe(4);
    expect(readFileSync(join(clone, 'calls.txt'), 'utf8')).toBe('npm ci\nmake\nnode-gyp\ntsc\n');
  });

  test('a step that failed is tried again', () => {
    tool('make', 'echo "a.c:1: error: no such thing"; exit 2');
    const failed = setup();
    expect(failed.status).toBe(5);
    expect(failed.said.slice(2)).toEqual([
      'dk: set-up: BPF programs … failed',
      'dk:   | a.c:1: error: no such thing',
      'dk: Set-up failed at: BPF programs. The whole log is CLONE/build/setup.log',
      'dk: It is a fault of dk or of a compiler it does not know: please report it with the log.',
    ]);
    tool('make', TOOLS.make ?? '');
    expect(setup().called).toEqual(['make', 'node-gyp', 'tsc']);
  });
});

describe('what is missing', () => {
  test('system packages, as root: apt-get installs them and nothing else', () => {
    without('clang', 'pkg-config');
    tool(
      'apt-get',
      `called apt-get "$*"; [ "$1" = update ] || cp "$BIN/g++" "$BIN/clang"; cp "$BIN/g++" "$BIN/pkg-config"`,
    );
    const { status, said, called } = setup();
    expect(said[1]).toBe('dk: set-up: system packages (clang pkg-config) … N s');
    expect(called.slice(0, 2)).toEqual([
      'apt-get update',
      'apt-get install -y --no-install-recommends clang pkg-config',
    ]);
    expect(status).toBe(0);
  });

  test('system packages, as a user without sudo: the exact command', () => {
    tool('id', 'echo 1000');
    tool('apt-get', 'called apt-get');
    without('clang');
    expect(setup()).toMatchObject({
      status: 5,
      called: [],
      said: [
        'dk: Setting up CLONE for the first time (log: build/setup.log).',
        'dk: System packages are missing and only root can install them.',
        "dk: Run: sudo sh -c 'apt-get update && apt-get install -y clang'",
      ],
    });
  });

  test('system packages, as a user with sudo: installed through it', () => {
    tool('id', 'echo 1000');
    tool('sudo', 'called sudo "$*"; cp "$BIN/g++" "$BIN/clang"');
    tool('apt-get', '');
    without('clang');
    const { status, called } = setup();
    expect(status).toBe(0);
    expect(called.slice(0, 3)).toEqual([
      'sudo -n true',
      'sudo apt-get update',
      'sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends clang',
    ]);
  });

  test('system packages, without apt: their names', () => {
    without('clang');
    expect(setup()).toMatchObject({
      status: 5,
      said: [
        'dk: Setting up CLONE for the first time (log: build/setup.log).',
        "dk: These are needed and missing: clang (Debian's names).",
        "dk: Install them with this system's package manager and run this again.",
      ],
    });
  });

  test('compilers are not wanted when nothing is to be compiled', () => {
    setup();
    without('clang', 'gcc', 'make');
    appendFileSync(join(clone, 'src/cli/main.ts'), ' ');
    expect(setup()).toMatchObject({ status: 0, called: ['tsc'] });
  });

  test('Node, or a Node that is new enough', () => {
    for (const version of ['9.11.2', '18.19.0', '20.14.0', '21.7.3', '22.1.0']) {
      tool('node', `echo ${version}`);
      expect(setup()).toMatchObject({
        status: 5,
        said: [
          'dk: Setting up CLONE for the first time (log: build/setup.log).',
          `dk: Node.js ${version} (CLONE/.bin/node) lacks functions that dk uses.`,
          'dk: Install Node.js 20.15 or newer (of version 22: 22.2 or newer) and run this again.',
        ],
      });
    }
    for (const version of ['20.15.0', '22.2.0', '23.0.0', '24.1.0', '100.0.0']) {
      tool('node', (TOOLS.node ?? '').replace('20.15.0', version));
      expect(setup().status).toBe(0);
    }
    without('node');
    expect(setup()).toMatchObject({ status: 5, called: [] });
  });
});
