import stringWidth from 'string-width';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KEYMAP, keyLabel } from '../../src/tui/keymap.js';
import { Terminal } from './support/terminal.js';

let terminal: Terminal;
afterEach(() => terminal.close());

const RESTORED = { alternate: false, cursor: true, wrap: true };

/** Line editing and echo, as the shell had them. */
async function expectCookedInput(): Promise<void> {
  await terminal.type('clear; stty -a');
  const screen = await terminal.press('Enter', /icanon/);
  expect(screen).not.toMatch(/-(icanon|echo|isig|opost)\b/);
}

describe('the terminal', () => {
  it('is given back after q', async () => {
    terminal = await Terminal.open('project');
    expect(await terminal.condition()).toEqual({ alternate: true, cursor: false, wrap: false });
    const screen = await terminal.press('q', 'status 0');
    expect(screen).toContain('closed\nstatus 0');
    expect(await terminal.condition()).toEqual(RESTORED);
    await expectCookedInput();
  });

  it('is given back after Ctrl-C', async () => {
    terminal = await Terminal.open('project');
    await terminal.press('C-c', 'status 0');
    expect(await terminal.condition()).toEqual(RESTORED);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('is given back after %s, which ends the process as it always does', async (signal, status) => {
    terminal = await Terminal.open('project');
    process.kill(await terminal.program(), signal);
    await terminal.until(`status ${status}`);
    expect(await terminal.condition()).toEqual(RESTORED);
    await expectCookedInput();
  });

  it('is given back after a crash, with the error to be read', async () => {
    terminal = await Terminal.open('project');
    process.kill(await terminal.program(), 'SIGUSR2');
    const screen = await terminal.until(/status [1-9]/);
    expect(screen).toContain('crash on demand');
    expect(await terminal.condition()).toEqual(RESTORED);
    await expectCookedInput();
  });

  it('is lent to the shell by Ctrl-Z and taken again by fg', async () => {
    terminal = await Terminal.open('project', { at: 5 });
    await terminal.keys('C-z');
    await terminal.until(/Stopped|suspended|\$ $/m);
    expect((await terminal.condition()).alternate).toBe(false);
    await terminal.type('fg');
    await terminal.press('Enter', '#5 of 19');
    await terminal.press('Right', '#7 of 19');
  });

  it('takes the program with it when it goes away', async () => {
    terminal = await Terminal.open('project');
    const pid = await terminal.program();
    await terminal.close();
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000 });
  });

  it('is refused when there is none', async () => {
    terminal = await Terminal.start(
      'node --import ./test/support/ts-loader.mjs test/tui/support/main.ts project < /dev/null',
    );
    await terminal.until('The debugger needs a terminal. Use `dk log`, `dk show` or `dk diff` instead.');
  });
});

describe('the screen', () => {
  it.each([
    [200, 60],
    [80, 24],
    [67, 30],
    [40, 10],
  ])('fits into %i × %i', async (columns, rows) => {
    terminal = await Terminal.open('project', { at: 8, columns, rows });
    const lines = (await terminal.screen()).split('\n');
    expect(lines[0]).toMatch(/^ dk {2}npm/);
    expect(lines[0]).toContain('#8 of 19');
    expect(lines.at(-2)).toMatch(/\? help {2}q quit/);
    expect(lines.length - 1).toBe(rows);
  });

  it('survives every resize, and says when it is too small', async () => {
    terminal = await Terminal.open('project', { at: 8, columns: 200, rows: 60 });
    await terminal.resize(80, 24);
    await terminal.until((screen) => /^─ 1 Events/m.test(screen) && /quit/.test(screen.split('\n')[23] ?? ''), '80×24');
    await terminal.resize(40, 10);
    await terminal.until((screen) => /quit/.test(screen.split('\n')[9] ?? ''), '40×10');
    await terminal.press('Right', '#9 of 19');
    await terminal.resize(30, 8);
    await terminal.until('30×8; needs 40×10');
    await terminal.keys('Right');
    await terminal.resize(120, 40);
    const screen = await terminal.until('#10 of 19');
    expect(screen.match(/1 Events/g)).toHaveLength(1);
    expect(screen.match(/npm test {2}exit 1/g)).toHaveLength(1);
  });

  it('lists every key of the table in the help', async () => {
    terminal = await Terminal.open('project', { columns: 100, rows: 80 });
    const missing = (screen: string) =>
      KEYMAP.filter((row) => {
        const line = `${row.keys.map(keyLabel).join('  ')} `;
        return !screen.split('\n').some((text) => text.includes(line) && text.includes(row.about));
      }).map((row) => row.action);
    // A screen may be read while it is being drawn.
    const help = await terminal.press('?', (screen) => missing(screen).length === 0);
    expect(missing(help)).toEqual([]);
    await terminal.press('Escape', /1 Events/);
  });

  it('scrolls the help where it does not fit', async () => {
    terminal = await Terminal.open('project', { columns: 60, rows: 15 });
    await terminal.press('?', /1–13 of/);
    await terminal.press(
      ['Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down', 'Down'],
      'Back to the debugger',
    );
    await terminal.press('q', /1 Events/);
  });

  it('lets nothing of a recording reach the terminal as a command', async () => {
    terminal = await Terminal.open('hostile', { columns: 120, rows: 30 });
    const title = await terminal.format('#{pane_title}');
    for (let step = 0; step < 12; step++) await terminal.keys('Down');
    await terminal.until(/#(\d+) of \1/);
    await terminal.keys('Home', 'Right', 'Right');
    await terminal.until('#3 of 8');
    const screen = await terminal.until(/a\\x1b\[2J\\x1b\]0;owned\\x07\\u009b31m\\r\\n\\u202egnp\.txt/);
    expect(screen).toContain('x\\x1b[31m\\x07');
    expect(screen).toMatch(/text \\x1b\[2J\\x1b\[H\\x1b\]52;c;ZXZpbA==\\x07 \\u009b2J end/);
    expect(await terminal.format('#{pane_title}')).toBe(title);
    await terminal.press('End', /\\xff\\xfe\.bin/);
  });

  it('keeps its columns with wide and combining characters', async () => {
    terminal = await Terminal.open('wide', { at: 4, columns: 90, rows: 24 });
    const screen = await terminal.until(/emoji/);
    const bar = stringWidth(
      screen
        .split('\n')
        .find((line) => line.includes('┬'))
        ?.split('┬')[0] ?? '',
    );
    const rows = screen.split('\n').filter((line) => line.includes('│'));
    expect(rows.map((line) => stringWidth(line.split('│')[0] ?? ''))).toEqual(rows.map(() => bar));
    expect(screen).toContain('🙂 emoji 👨👩👧 family ❤');
  });

  it('is drawn where CI is set, too', async () => {
    terminal = await Terminal.open('project', { env: { CI: 'true' } });
    await terminal.press('Right', '#4 of 19');
  });

  it('uses no colour when NO_COLOR is set', async () => {
    terminal = await Terminal.open('project', { at: 8, env: { NO_COLOR: '1' } });
    expect(await terminal.painted()).not.toMatch(/\u001b\[[0-9;]*(3[0-7]|4[0-7]|9[0-7])m/);
    await terminal.close();
    terminal = await Terminal.open('project', { at: 8 });
    expect(await terminal.painted()).toMatch(/\u001b\[[0-9;]*3[12]m/);
  });
});

describe('large recordings and files', () => {
  it('opens a million events and steps among them', async () => {
    terminal = await Terminal.open('million', { at: 500_000 });
    await terminal.press('Right', '#500,001 of 1,000,000');
    await terminal.press('End', '#1,000,000 of 1,000,000');
    await terminal.keys(':');
    await terminal.type('25%');
    await terminal.press('Enter', '#250,000 of 1,000,000');
    await terminal.press(']', /#250,001 of 1,000,000/);
  });

  it('reads on where a large file goes on', async () => {
    terminal = await Terminal.open('large', { at: 1, columns: 120, rows: 30 });
    await terminal.until(/bytes 2,950,848–3,049,1\d\d/);
    await terminal.press('3', /\+ CHANGED/);
    const pages = Array.from({ length: 60 }, () => 'PageDown');
    await terminal.press(pages, (screen) => !/bytes 2,950,848/.test(screen) && /bytes [\d,]+–[\d,]+/.test(screen));
    await terminal.press('Escape', /\+ CHANGED/);
  });
});

describe('the chooser', () => {
  it.each([
    [['Down', 'Enter'], 'rec1aaaa'],
    [['Enter'], 'rec0aaaa'],
    [['q'], 'none'],
    [['C-c'], 'none'],
  ] as const)('%j chooses %s', async (keys, id) => {
    terminal = await Terminal.start('node --import ./test/support/ts-loader.mjs test/tui/support/choose.ts');
    const screen = await terminal.until(/Enter open/);
    expect(screen).toContain('x\\x1b[31m\\x07');
    if (keys[0] === 'Down') await terminal.press('Down', '▶ rec1aaaa');
    await terminal.keys(keys.at(-1) as string);
    await terminal.until(`chosen ${id}`);
    expect(await terminal.condition()).toEqual(RESTORED);
  });
});
