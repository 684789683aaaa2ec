import { realpathSync } from 'node:fs';
import { openStore } from '../../catalog/store.js';
import { storeHome } from '../../catalog/store-home.js';
import { DkError } from '../../errors.js';
import { LauncherLink, type TargetEnd } from '../../record/launcher.js';
import { relaunch } from '../../record/relaunch.js';
import { recordCommand } from '../../record/session.js';
import { printable } from '../output/escape.js';
import { runSummary } from '../run-summary.js';
import { version } from '../version.js';
import { type Context, defineCommand, flag, value, values } from './command.js';
import { parseSize, usage } from './operand-checks.js';

const ENOENT = 2;
const ENOTDIR = 20;

export const command = defineCommand({
  options: {
    name: value('--name <LABEL>', 'a label to find the recording by'),
    noTui: flag('--no-tui', 'do not open the debugger afterwards'),
    root: values('--root <DIR>', 'a directory whose tree is noted before the start (repeatable, default .)'),
    exclude: values('--exclude <GLOB>', 'do not record paths that match (repeatable)'),
    buffer: value('--buffer <SIZE>', 'size of the ring buffer (default 64M)'),
    preimageLimit: value('--preimage-limit <SIZE>', 'save the old content of files up to this size (default 256M)'),
    allowIoUring: flag('--allow-io-uring', 'let the command use io_uring and aio, which are then read back at the end'),
  },
  passThrough: true,
  ownsSignals: true,
  failureCode: 125,
  async run(context, operands, options) {
    const argv = [...operands.all];
    if (argv[0] === '--') argv.shift();
    if (argv.length === 0) throw usage('run', 'needs a command after --');
    if (process.geteuid?.() !== 0) throw needsRoot(argv);
    const link = LauncherLink.fromEnvironment();
    if (link === undefined) return relaunch();
    // Ctrl-C is for the command; it reaches the whole foreground process group.
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
    const cwd = realpathSync('.');
    const store = openStore(storeHome(context.io.env), { create: true });
    try {
      const result = await recordCommand(store, link, {
        argv,
        cwd,
        roots: (options.root.length === 0 ? ['.'] : options.root).map(existingDirectory),
        excludes: options.exclude,
        label: options.name ?? null,
        ringBytes: powerOfTwo(parseSize('run', '--buffer', options.buffer ?? '64M')),
        preimageLimitBytes: parseSize('run', '--preimage-limit', options.preimageLimit ?? '256M'),
        allowIoUring: options.allowIoUring,
        dkVersion: version(),
      });
      if (result.info === undefined) return cannotExecute(context, argv[0] as string, result.end);
      for (const text of result.info.notices) context.notice(printable(text));
      if (context.io.env.DK_DEBUG === '1') for (const problem of result.problems) context.notice(printable(problem));
      context.notice(runSummary(result.info));
      return result.info.exitCode ?? 0;
    } finally {
      store.close();
      link.release();
    }
  },
});

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

function existingDirectory(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new DkError(
      'usage',
      `The root ${printable(path)} does not exist.`,
      'Give an existing directory with --root.',
      cause,
    );
  }
}

/** The ring's size must be a power of two; the next one above is taken. */
function powerOfTwo(bytes: number): number {
  return 2 ** Math.max(16, Math.ceil(Math.log2(bytes)));
}

function needsRoot(argv: readonly string[]): DkError {
  return new DkError(
    'unsupported',
    'Recording needs root privileges, for eBPF and for the guard.',
    `Run it with: sudo dk run -- ${printable(argv.join(' '))}`,
  );
}
