import { afterEach, describe, expect, it } from 'vitest';
import { Terminal, type TerminalOptions } from './support/terminal.js';

let terminal: Terminal;
const open = async (recording: string, options: TerminalOptions & { at?: number } = {}): Promise<void> => {
  terminal = await Terminal.open(recording, options);
};
afterEach(() => terminal.close());

describe('stepping through a recording', () => {
  it('shows the file as each change left it', async () => {
    await open('project');
    const overview = await terminal.until(/changed {2}2 modified/);
    expect(overview).toMatch(/M coverage\/summary\.json +33 B → 34 B/);
    await terminal.press('Right', /#4 of 19[\s\S]*coverage\/run\.log[\s\S]*created/);
    await terminal.press('Right', /#5 of 19[\s\S]*1 \+ run 1 started/);
    await terminal.press('Right', /#7 of 19[\s\S]*- export function total/);
    const rewritten = await terminal.press('l', '#8 of 19');
    expect(rewritten).toMatch(/3 - {3}for \(const price of prices\) sum \+=/);
    expect(rewritten).toMatch(/3 \+ {3}for \(const price of prices\) sum -=/);
    expect(rewritten).toMatch(/\+1 {2}−1/);
    await terminal.press('Left', /#7 of 19[\s\S]*\+0 {2}−5/);
    await terminal.press('h', /#5 of 19/);
  });

  it('goes along the changes of one file, to the ends and to references', async () => {
    await open('project', { at: 5 });
    await terminal.press(']', /#9 of 19[\s\S]*2 \+ total\.test\.js: 1 test/);
    await terminal.press('S-Right', /#16 of 19[\s\S]*3 \+ run 1 failed/);
    await terminal.press('[', '#9 of 19');
    await terminal.press('S-Left', '#5 of 19');
    await terminal.press('End', '#19 of 19');
    await terminal.press('Home', '#0 of 19');
    await terminal.press('G', '#19 of 19');
    await terminal.press('g', '#0 of 19');
    await terminal.press(':', 'go to:');
    await terminal.type('50%');
    await terminal.press('Enter', '#10 of 19');
    await terminal.keys(':');
    await terminal.type('900');
    await terminal.press('Enter', 'The recording has no event "900".');
    await terminal.press('Left', '#9 of 19');
  });

  it('moves within the focused pane', async () => {
    await open('project', { at: 8 });
    await terminal.press('Down', '#9 of 19');
    await terminal.press('j', '#10 of 19');
    await terminal.press('k', '#9 of 19');
    await terminal.press('2', /#9 of 19/);
    const tree = await terminal.press('Down', /3 coverage\/summary\.json/);
    expect(tree).toContain('unchanged by this event');
    await terminal.press('PageDown', /3 test ─[\s\S]*A directory\./);
    await terminal.press('Enter', /▾ test\//);
    await terminal.press('Down', /3 test\/total\.test\.js[\s\S]*import \{ total \}/);
    await terminal.press(['Enter', 'Tab', 'Up'], '#8 of 19');
  });

  it('shows a diff, what happened since the start, the content, and the bytes', async () => {
    await open('project', { at: 12 });
    await terminal.until(/vs replaced {2}renamed from/);
    await terminal.press('d', /vs start/);
    const content = await terminal.press('d', / content$/m);
    expect(content).toMatch(/2 ▎ {3}"total": -12,/);
    expect(content).not.toContain('"total": 12,');
    await terminal.press('x', /0000 {3}7b 0a 20 20/);
    await terminal.press(['x', 'd'], / diff$/m);
  });

  it('filters paths', async () => {
    await open('project');
    await terminal.keys('/');
    await terminal.type('summary');
    await terminal.press('Enter', 'filtered');
    const there = await terminal.press('Right', '#12 of 19');
    expect(there).not.toContain('run.log');
    await terminal.press('Right', '#14 of 19');
    await terminal.press('Right', 'No later change matches summary.');
    await terminal.keys('Escape');
    await terminal.press('Escape', (screen) => !screen.includes('filtered'));
  });

  it('shows processes and what they print', async () => {
    await open('project', { at: 13 });
    const screen = await terminal.until('✖ total adds the prices (2.1ms)');
    expect(screen).toMatch(/printed {2}44 B to stderr/);
    expect(screen).toMatch(/process {2}node --test/);
    await terminal.press('o', /changes only/);
  });

  it('opens recordings without events and with one', async () => {
    await open('empty');
    await terminal.until('Nothing changed while the command ran.');
    await terminal.press(['Right', 'End'], '#0 of 0');
    await terminal.close();
    await open('single');
    await terminal.press('Right', /#1 of 1[\s\S]*\(empty\)/);
  });

  it('never presents what follows a gap as certain', async () => {
    await open('gaps', { at: 4, columns: 120 });
    const screen = await terminal.until('? since gap #3');
    expect(screen).toContain('1 gap');
    expect(screen).toMatch(/━!━/);
    await terminal.press('Left', '#2 of');
    await terminal.press(':', 'go to:');
    await terminal.type('3');
    await terminal.press('Enter', /GAP {2}Something could not be captured here/);
  });
});
