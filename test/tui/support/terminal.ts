/** A real terminal (tmux on a server of its own) with a program in it, driven like a person would: keys in, screen out. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LOADER = './test/support/ts-loader.mjs';
const PATIENCE_MS = 20_000;
const POLL_MS = 25;
let servers = 0;

export interface TerminalOptions {
  columns?: number;
  rows?: number;
  env?: Record<string, string>;
}

export class Terminal {
  private constructor(
    private readonly socket: string,
    private readonly folder: string,
  ) {}

  /** Runs a shell that runs the program, so that what the program leaves behind can be seen. */
  static async start(command: string, { columns = 80, rows = 24, env = {} }: TerminalOptions = {}): Promise<Terminal> {
    const folder = await mkdtemp(join(tmpdir(), 'dk-tmux-'));
    const terminal = new Terminal(`dk-test-${process.pid}-${servers++}`, folder);
    const set = Object.entries({ LANG: 'C.UTF-8', ...env }).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const shell = `PS1='$ ' exec sh`;
    const size = ['-x', String(columns), '-y', String(rows)];
    await terminal.tmux('-f', '/dev/null', 'new-session', '-d', ...size, ...set, '-c', ROOT, shell);
    await terminal.tmux('set', '-g', 'status', 'off');
    // Typed earlier, it would be echoed before the prompt, and what the program says first would stand behind the prompt.
    await terminal.until(/^\$$/m, 'the prompt');
    await terminal.type(`${command}; echo "status $?"`);
    await terminal.keys('Enter');
    return terminal;
  }

  /** The debugger on a recording of recordings.ts, ready for keys. */
  static async open(recording: string, options: TerminalOptions & { at?: number } = {}): Promise<Terminal> {
    const at = String(options.at ?? 0);
    const program = `node --import ${LOADER} test/tui/support/main.ts ${recording} ${at}`;
    const terminal = await Terminal.start(program, options);
    try {
      const isUp = (screen: string): boolean => /#[\d,]+ of/.test(screen) && !/loading/.test(screen);
      const screen = await terminal.until((shown) => isUp(shown) || /^status \d/m.test(shown), 'the first frame');
      if (!isUp(screen)) throw new Error(`the debugger did not open:\n${screen}`);
      return terminal;
    } catch (error) {
      await terminal.close();
      throw error;
    }
  }

  async type(text: string): Promise<void> {
    await this.tmux('send-keys', '-l', '--', text);
  }

  async keys(...keys: string[]): Promise<void> {
    await this.tmux('send-keys', '--', ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** The visible screen as text, without blanks at line ends. */
  async screen(): Promise<string> {
    return (await this.tmux('capture-pane', '-p')).replace(/[ \t]+$/gm, '');
  }

  /** The visible screen with its colours. */
  async painted(): Promise<string> {
    return this.tmux('capture-pane', '-p', '-e');
  }

  async format(format: string): Promise<string> {
    return (await this.tmux('display-message', '-p', format)).trim();
  }

  /** Waits until the screen shows the text, or answers the question with yes. */
  async until(wanted: string | RegExp | ((screen: string) => boolean), what = String(wanted)): Promise<string> {
    const isThere = (screen: string): boolean =>
      typeof wanted === 'function'
        ? wanted(screen)
        : typeof wanted === 'string'
          ? screen.includes(wanted)
          : wanted.test(screen);
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const screen = await this.screen();
      if (isThere(screen)) return screen;
      if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the screen shows:\n${screen}`);
      await pause();
    }
  }

  /** Presses keys and waits for what they lead to. */
  async press(keys: string | string[], wanted: Parameters<Terminal['until']>[0]): Promise<string> {
    await this.keys(...(typeof keys === 'string' ? [keys] : keys));
    return this.until(wanted, `${String(wanted)} after ${String(keys)}`);
  }

  /** Whether the terminal is as a shell expects it: main buffer, cursor visible, line wrap on, cooked input. */
  async condition(): Promise<{ alternate: boolean; cursor: boolean; wrap: boolean }> {
    const flags = (await this.format('#{alternate_on} #{cursor_flag} #{wrap_flag}')).split(' ');
    return { alternate: flags[0] === '1', cursor: flags[1] === '1', wrap: flags[2] === '1' };
  }

  /** Process ids below the pane's shell, the program among them. */
  async program(): Promise<number> {
    const shell = await this.format('#{pane_pid}');
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', shell]);
    return Number(stdout.trim().split('\n')[0]);
  }

  async close(): Promise<void> {
    await this.tmux('kill-server').catch(() => '');
    await rm(this.folder, { recursive: true, force: true });
  }

  private async tmux(...args: string[]): Promise<string> {
    const { stdout } = await run('tmux', ['-L', this.socket, ...args], {
      maxBuffer: 1 << 24,
      env: { ...process.env, TMUX_TMPDIR: this.folder },
    });
    return stdout;
  }
}

/** Polling a terminal, which tells nobody when it changes. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
