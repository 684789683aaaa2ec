import { realpathSync, statSync } from 'node:fs';
import { openStore, type Store } from '../../catalog/store.js';
import { storeHome } from '../../catalog/store-home.js';
import { takeOwnersRights } from '../../catalog/store-rights.js';
import type { RecordingInfo } from '../../catalog/types.js';
import { DkError } from '../../errors.js';
import { joinJob, leaveJob } from '../../capture/job.js';
import { LauncherLink, SIGNALS_FOR_THE_COMMAND, type TargetEnd } from '../../capture/launcher.js';
import { loadRecorder } from '../../capture/load-recorder.js';
import { dieWithLauncher, giveUpRoot, mayRecord } from '../../native/privileges.js';
import { launchersEnvironment, relaunch, runBelowLauncher } from '../../capture/relaunch.js';
import { recordCommand } from '../../capture/session.js';
import { openDebugger } from '../../tui/index.js';
import { exactArguments } from '../arguments.js';
import { openSource, openStore as openOwnStore } from '../open.js';
import { printable } from '../output/escape.js';
import { report } from '../report.js';
import { runSummary } from '../run-summary.js';
import { version } from '../version.js';
import { type Context, defineCommand, flag, value, values } from './command.js';
import { parseSize, positiveInteger, usage } from './operand-checks.js';

const ENOENT = 2;
const ENOTDIR = 20;

export const command = defineCommand({
  options: {
    name: value('--name <LABEL>', 'a label to find the recording by'),
    noTui: flag('--no-tui', 'do not open the debugger afterwards'),
    root: values('--root <DIR>', 'a directory whose tree is noted before the start (repeatable, default .)'),
    exclude: values('--exclude <GLOB>', 'do not record paths that match (repeatable)'),
    buffer: value('--buffer <SIZE>', 'size of the ring buffer, 4M at least (default 64M)'),
    preimageLimit: value('--preimage-limit <SIZE>', 'save the old content of files up to this size (default 256M)'),
    keep: value('--keep <WHEN>', 'keep the recording: always (default) or on-failure'),
    untilFail: flag('--until-fail', 'run again and again until the command fails; keep that recording'),
    max: value('--max <N>', 'with --until-fail: at most so many runs (default 1000)'),
    probes: value('--probes <WHICH>', 'auto (default), vfs or syscall'),
    allowIoUring: flag('--allow-io-uring', 'let the command use io_uring and aio, which are then read back at the end'),
  },
  passThrough: true,
  ownsSignals: true,
  failureCode: 125,
  async run(context, operands, options) {
    const argv = [...operands.all];
    if (argv[0] === '--') argv.shift();
    if (argv.length === 0) throw usage('run', 'needs a command after --');
    const keep = oneOf('--keep', options.keep ?? 'always', ['always', 'on-failure']);
    const probes = oneOf('--probes', options.probes ?? 'auto', ['auto', 'vfs', 'syscall']);
    const ringBytes = powerOfTwo(parseSize('run', '--buffer', options.buffer ?? '64M'));
    const preimageLimitBytes = parseSize('run', '--preimage-limit', options.preimageLimit ?? '256M');
    if (options.max !== undefined && !options.untilFail)
      throw usage('run', 'takes --max only together with --until-fail');
    const most = positiveInteger('run', '--max', options.max ?? '1000');
    if (options.untilFail && most === 0) throw usage('run', 'wants at least one run after --max, not "0"');
    requireLabel(options.name);
    const { cwd } = context.io;
    const roots = (options.root.length === 0 ? ['.'] : options.root).map(existingDirectory);
    if (probes === 'vfs') throw noVfsProbes();
    const link = LauncherLink.fromEnvironment();
    if (link === undefined) return relaunch(exactArguments(process.argv.slice(2)));
    for (const signal of SIGNALS_FOR_THE_COMMAND) process.on(signal, () => undefined);
    if (options.untilFail) return await untilFailure(context, link, most, argv).finally(() => link.release());
    if (!mayRecord()) await link.elevate();
    leaveJob();
    process.umask(0o077); // the user's is the command's, and may forbid dk its own folders
    const home = storeHome(context.io.env);
    takeOwnersRights(home, context.io.env, 'effective');
    dieWithLauncher();
    const recorder = loadRecorder(ringBytes);
    const store = openStore(home, { create: true, notice: context.notice });
    try {
      const result = await recordCommand(store, link, {
        argv,
        cwd,
        roots,
        excludes: options.exclude,
        label: options.name ?? null,
        recorder,
        ringBytes,
        preimageLimitBytes,
        allowIoUring: options.allowIoUring,
        dkVersion: version(),
      });
      const { info, failure } = result;
      if (failure !== undefined && result.end.execErrno === undefined) {
        report(failure, context);
        if (result.end.signal !== 0) link.dieOf(result.end.signal);
        context.notice(`the recording stopped there. What was captured until then is kept: dk open ${result.id}`);
        return result.end.code;
      }
      if (info === undefined) return cannotExecute(context, argv[0] as string, result.end);
      const code = info.exitCode ?? 0;
      for (const text of info.notices) context.notice(printable(text));
      if (context.io.env.DK_DEBUG === '1') for (const problem of result.problems) context.notice(printable(problem));
      if (keep === 'on-failure' && code === 0) {
        await store.remove(info.id);
        return code;
      }
      context.notice(runSummary(info));
      giveUpRoot();
      if (!options.noTui && isInteractive(context)) await debug(store, info, context);
      else if (info.signal !== null) link.dieOf(info.signal);
      return code;
    } finally {
      store.close();
      link.release();
    }
  },
});

/** Runs itself below a launcher of its own, with the same options, until a run fails. */
async function untilFailure(
  context: Context,
  link: LauncherLink,
  most: number,
  argv: readonly string[],
): Promise<number> {
  giveUpRoot();
  const args = process.argv.slice(1);
  if (args.some((arg) => arg.includes('\ufffd'))) throw lossyArguments();
  const own = args.slice(0, args.length - argv.length);
  if (own.at(-1) === '--') own.pop();
  const command = args.slice(args.length - argv.length);
  const repeating = (arg: string, before: string | undefined) =>
    /^--(until-fail|max=.*|max)$/.test(arg) || before === '--max';
  const kept = own.filter((arg, i) => !repeating(arg, own[i - 1]));
  const once = [...kept, '--no-tui', '--keep=on-failure', '--', ...command];
  const env = launchersEnvironment();
  for (let n = 1; n <= most; n++) {
    const { code, signal } = await runBelowLauncher(link, once, env);
    if (code === 0) continue;
    context.notice(`run ${n} of at most ${most} failed with ${code}`);
    if ((code < 125 || signal !== 0) && !own.includes('--no-tui') && isInteractive(context)) await debugNewest(context);
    else if (signal !== 0) link.dieOf(signal);
    return code;
  }
  context.notice(`the command succeeded ${most} times; nothing was kept`);
  return 0;
}

function isInteractive(context: Context): boolean {
  return context.out.isTTY && context.io.stdin.isTTY === true;
}

async function debugNewest(context: Context): Promise<void> {
  const store = openOwnStore(context);
  try {
    const newest = store.list()[0];
    if (newest !== undefined) await debug(store, newest, context);
  } finally {
    store.close();
  }
}

async function debug(store: Store, info: RecordingInfo, context: Context): Promise<void> {
  const opened = await openSource(store, { from: 'store', info }, context);
  // The command has ended: from here on signals are for the debugger.
  joinJob();
  for (const signal of SIGNALS_FOR_THE_COMMAND) process.removeAllListeners(signal);
  try {
    await openDebugger(opened.recording, {});
  } finally {
    await opened.close();
  }
}

function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw usage('run', `wants ${choices.join(' or ')} after ${option}, not "${text}"`);
  return choice;
}

/** Node decodes its arguments; the launcher has the bytes, but it is started anew for every run here. */
function lossyArguments(): DkError {
  return new DkError(
    'usage',
    'An argument is not UTF-8, and --until-fail cannot hand it on.',
    'Put the command into a script, and run that.',
  );
}

function noVfsProbes(): DkError {
  return new DkError(
    'unsupported',
    'This version of dk has no vfs probes.',
    'Leave --probes out: the syscall probes work on every kernel from 5.17 on.',
  );
}

function cannotExecute(context: Context, name: string, end: TargetEnd): number {
  const missing = end.execErrno === ENOENT || end.execErrno === ENOTDIR;
  const what = missing ? 'was not found' : 'cannot be executed';
  context.notice(`${printable(name)} ${what}, so nothing was recorded.`);
  context.io.stderr.write(
    missing
      ? 'Check the name, or give a path to the program.\n'
      : 'Check that it is a program and that its x permission is set.\n',
  );
  return missing ? 127 : 126;
}

/** A label is a reference: it must be one that `@` and the empty word do not take, and that can be shown as it is. */
function requireLabel(label: string | undefined): void {
  if (label === undefined || (label !== '' && !label.startsWith('@') && printable(label) === label)) return;
  throw new DkError(
    'usage',
    `"${printable(label)}" cannot be the label of a recording.`,
    'Give one that is not empty, does not begin with @ and has no control characters.',
  );
}

function existingDirectory(path: string): string {
  let isDirectory: boolean;
  let real: string;
  try {
    // Node takes the empty path for the current directory.
    if (path === '') throw new Error('the empty path');
    real = realpathSync(path);
    isDirectory = statSync(real).isDirectory();
  } catch (cause) {
    throw new DkError(
      'usage',
      `The root ${printable(path)} does not exist.`,
      'Give an existing directory with --root.',
      cause,
    );
  }
  if (isDirectory) return real;
  throw new DkError(
    'usage',
    `The root ${printable(path)} is not a directory.`,
    'Give the directory that it stands in with --root.',
  );
}

/** A smaller ring is full before the freezer can act. */
const SMALLEST_RING = 4 << 20;

/** The ring's size must be a power of two; the next one above is taken. */
function powerOfTwo(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(SMALLEST_RING, bytes)));
}
