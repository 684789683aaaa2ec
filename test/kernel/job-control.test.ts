import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { bench, onTerminal, type Step } from '../support/alongside.js';
import { kernelTest } from '../support/kernel.js';
import { tempFolders } from '../support/temp-folder.js';

const temp = tempFolders();
const PROMPT = '\\$ $';
const STOPPED = 'Stopped(.|\\n)*\\$ $';
const CTRL_C = '\x03';
const CTRL_Z = '\x1a';
const CTRL_BACKSLASH = '\x1c';
const UNTIL_GONE = 'until [ -z "$(jobs -r; jobs -s)" ]; do sleep 0.1; done; echo gone\n';
/** bash tells of the end of a job when it comes to it, and which job is the current one by then. */
const LATE = /^(gone\n)(\[1\].*\n)/gm;
const END: Step[] = [
  [PROMPT, 'echo "then $?"\n'],
  ['then \\d+\n\\$ $', 'exit\n'],
];

/**
 * Says whenever it is in the foreground from then on: keys are for it. bash itself would ignore SIGQUIT, and says what it will do
 * before the terminal is handed over.
 */
const WATCHER = `import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
was = False
while True:
    now = os.tcgetpgrp(0) == os.getpgrp()
    if now and not was: print('front', flush=True)
    was = now
    time.sleep(0.02)
`;
const WATCH = 'python3 -S watcher.py';

/** What is typed into a shell with job control; the screen must show the same with dk as without. */
const CASES: Record<string, Step[]> = {
  'Ctrl-Z, fg': [
    [PROMPT, `./run bash -c 'echo ready; while [ ! -e go ]; do sleep 0.05; done; echo finished; exit 4'\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, 'touch go\n'],
    [PROMPT, 'fg\n'],
    ['finished\n', ''],
  ],
  'Ctrl-Z, bg, fg': [
    [PROMPT, `./run bash -c 'echo ready; while [ ! -e go ]; do sleep 0.05; done; echo finished; exit 4'\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, 'bg\n'],
    [PROMPT, 'jobs\n'],
    ['Running(.|\\n)*\\$ $', '(sleep 0.3; touch go) & fg %1\n'],
    ['finished\n', ''],
  ],
  'Ctrl-Z at once, and again': [
    [PROMPT, `./run bash -c 'echo ready; read a; echo "got $a"; read b; echo "got $b"; exit 8'\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, 'fg\n'],
    ['exit 8.\n', 'one\n'],
    ['^got one\n', CTRL_Z],
    [STOPPED, 'fg\n'],
    ['exit 8.\n', 'two\n'],
    ['^got two\n', ''],
  ],
  'the command stops itself by SIGSTOP': [
    [PROMPT, `./run bash -c 'kill -STOP $$; echo on; exit 5'\n`],
    [STOPPED, 'fg\n'],
    ['^on\n', ''],
  ],
  'the command stops itself by SIGTSTP': [
    [PROMPT, `./run bash -c 'kill -TSTP $$; echo on; exit 5'\n`],
    [STOPPED, 'fg\n'],
    ['^on\n', ''],
  ],
  'the command stops its whole group, as an editor does': [
    [PROMPT, `./run bash -c 'kill -TSTP 0; echo on; exit 5'\n`],
    [STOPPED, 'fg\n'],
    ['^on\n', ''],
  ],
  'the command reads in the background': [
    [PROMPT, `./run bash -c 'read line; echo "got <$line>"' &\n`],
    [PROMPT, 'until jobs | grep -q Stopped; do sleep 0.05; done\n'],
    [PROMPT, 'jobs\n'],
    [PROMPT, 'fg\n'],
    ['line>"\'\n', 'words\n'],
    ['^got <words>\n', ''],
  ],
  'the command writes in the background, with tostop': [
    [PROMPT, 'stty tostop\n'],
    [PROMPT, `./run bash -c 'echo out; exit 3' &\n`],
    [PROMPT, 'until jobs | grep -q Stopped; do sleep 0.05; done\n'],
    [PROMPT, 'jobs\n'],
    [PROMPT, 'fg\n'],
    ['^out\n', ''],
  ],
  'suspend in an interactive shell': [
    [PROMPT, `PS1='inner> ' ./run bash --norc -i\n`],
    ['inner> $', 'suspend\n'],
    [STOPPED, 'fg\n'],
    ['-i\ninner> $', 'echo back\n'],
    ['^back\ninner> $', 'exit 6\n'],
  ],
  'job control in an interactive shell': [
    [PROMPT, `PS1='inner> ' ./run bash --norc -i\n`],
    ['inner> $', `sh -c 'echo ready; while [ ! -e go ]; do sleep 0.05; done; echo finished'\n`],
    ['^ready\n', CTRL_Z],
    ['Stopped(.|\\n)*inner> $', 'touch go; fg\n'],
    ['finished\ninner> $', 'suspend\n'],
    [STOPPED, 'fg\n'],
    ['-i\ninner> $', 'exit 6\n'],
  ],
  'a stopped command is killed': [
    [PROMPT, `./run bash -c 'echo $$ > pid; echo ready; exec sleep 100'\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, `kill -9 $(cat pid); ${UNTIL_GONE}`],
    ['^gone\n', ''],
  ],
  'a stopped job is killed': [
    [PROMPT, `./run bash -c 'echo ready; exec sleep 100'\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, `kill -9 %1; ${UNTIL_GONE}`],
    ['^gone\n', ''],
  ],
  'somebody else continues the command': [
    [PROMPT, `./run bash -c '(while [ ! -e go ]; do sleep 0.05; done; kill -CONT $$) & kill -STOP $$; exit 7'\n`],
    [STOPPED, `touch go; ${UNTIL_GONE}`],
    ['^gone\n', ''],
  ],
  'in a pipeline': [
    [PROMPT, `./run bash -c 'echo ready; while [ ! -e go ]; do sleep 0.05; done; echo finished' | cat\n`],
    ['^ready\n', CTRL_Z],
    [STOPPED, 'touch go; fg\n'],
    ['finished\n', ''],
  ],
  'a script waits for what nobody continues but the command': [
    [PROMPT, `sh -c './run bash -c "(sleep 0.5; kill -CONT \\$\\$) & kill -STOP \\$\\$; exit 7"; echo "status $?"'\n`],
    ['status 7\n', ''],
  ],
  'kill -STOP, -CONT and -TERM of the job': [
    [PROMPT, `./run bash -c 'trap "echo continued" CONT; echo ready; while :; do sleep 0.05; done' &\n`],
    ['ready\n', 'kill -STOP %1; until jobs | grep -q Stopped; do sleep 0.05; done\n'],
    [PROMPT, 'kill -CONT %1; sleep 0.5\n'],
    ['continued\n', ''],
    [PROMPT, 'kill %1; wait %1; echo "status $?"\n'],
    ['status 143\n', ''],
  ],
  'Ctrl-C ends a loop': [
    [PROMPT, `bash -c 'for i in 1 2 3; do ./run bash -c "echo ready; exec sleep 100"; echo after; done'\n`],
    ['^ready\n', CTRL_C],
  ],
  'Ctrl-C that the command survives does not end a loop': [
    [
      PROMPT,
      `bash -c 'for i in 1 2; do ./run bash -c "trap \\"exit 3\\" INT; echo ready; while :; do sleep 0.05; done"; echo after $?; done'\n`,
    ],
    ['^ready\n', CTRL_C],
    ['^ready\n', CTRL_C],
  ],
  'Ctrl-\\': [
    [PROMPT, `ulimit -c 0; ./run ${WATCH}\n`],
    ['^front\n', CTRL_BACKSLASH],
  ],
  'Ctrl-C ends make': [
    [PROMPT, 'make\n'],
    ['^front\n', CTRL_C],
  ],
};

describe('bash shows the same as without dk', () => {
  for (const [name, steps] of Object.entries(CASES)) {
    kernelTest(name, async () => {
      const folder = temp();
      const [plain, recorded] = await Promise.all([
        inShell(folder, 'plain', steps),
        inShell(folder, 'recorded', steps),
      ]);
      for (const shown of [plain, recorded])
        shown.text = shown.text.replace(/^\[1\][-+]/gm, '[1] ').replace(LATE, '$2$1');
      expect(recorded).toEqual(plain);
      expect(plain.status).not.toBe(null);
      expect(plain.text).not.toContain('waited in vain');
    });
  }
});

function inShell(folder: string, how: 'plain' | 'recorded', steps: readonly Step[]) {
  const at = bench(folder, how);
  writeFileSync(join(at.work, 'watcher.py'), WATCHER);
  writeFileSync(join(at.work, 'Makefile'), `all:\n\t@./run ${WATCH}\n\t@echo not reached\n`);
  return onTerminal(at, [...steps, ...END], ['bash', '--norc', '--noediting', '-i']);
}
