/**
 * Turns keys into verbs of the debugger and keeps what belongs to the screen alone: focus, scroll positions, prompts.
 * The components draw `view` and decide nothing.
 */
import type { Debugger, Snapshot } from '../debugger/debugger.js';
import type { MainView } from '../debugger/frame.js';
import type { TreeRow } from '../debugger/tree-rows.js';
import { helpLines } from './help-lines.js';
import { type Action, actionFor, type Context } from './keymap.js';
import { typedBy } from './keyboard.js';
import { type Layout, layoutOf, type Pane, PANES } from './layout.js';
import { Composer, FILE_HEAD_ROWS, type UiState, type View } from './view.js';
import type { Size } from './screen.js';

const NEXT_MODE = { diff: 'since', since: 'content', content: 'diff' } as const;
/** How long a frame may take before the screen says that it is loading. */
const STALE_PATIENCE_MS = 80;
const PAGE_CHANGES = 10;
const SIDE_STEP = 8;

export class Controller {
  readonly debugger: Debugger;
  #ui: UiState;
  #view: View;
  /** undefined: something changed since it was composed. */
  #next: View | undefined;
  #listeners = new Set<() => void>();
  #mainShown: string = '';
  #composer: Composer;
  #timer: { handle: NodeJS.Timeout; soon: boolean } | undefined;
  #quit: () => void;
  #screen: { redraw(): void; suspend(): void };

  constructor(on: { debugger: Debugger; size: Size; screen: { redraw(): void; suspend(): void }; quit: () => void }) {
    this.debugger = on.debugger;
    this.#quit = on.quit;
    this.#screen = on.screen;
    this.#ui = {
      size: on.size,
      focus: 'events',
      zoomed: false,
      help: null,
      prompt: null,
      fileTop: null,
      fileLeft: null,
    };
    this.#composer = new Composer(on.debugger);
    this.#view = this.#fresh();
    this.debugger.subscribe(() => this.#changed());
    this.resize(on.size);
  }

  /** What was drawn last. Verbs must look at `#fresh()`: keys may come faster than drawings. */
  get view(): View {
    return this.#view;
  }

  #fresh(): View {
    this.#next ??= this.#composer.compose(this.#ui, this.#layout());
    return this.#next;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  resize(size: Size): void {
    this.#update({ size });
  }

  press(key: string): void {
    const action = actionFor(this.#contexts(), key);
    if (action !== undefined) this.#actions[action]();
    else if (this.#ui.prompt !== null) this.#type(key);
  }

  #contexts(): Context[] {
    if (this.#ui.prompt !== null) return ['prompt'];
    if (this.#ui.help !== null) return ['help'];
    return [this.#ui.focus, 'global'];
  }

  readonly #actions: Record<Action, () => void> = {
    stepForward: () => void this.debugger.step(1),
    stepBack: () => void this.debugger.back(1),
    nextOfFile: () => void this.debugger.nextOfFile(),
    previousOfFile: () => void this.debugger.previousOfFile(),
    start: () => void this.debugger.start(),
    end: () => void this.debugger.end(),
    goto: () => this.#update({ prompt: { kind: 'goto', text: '' } }),
    filter: () => this.#update({ prompt: { kind: 'filter', text: this.#settings().filter?.text ?? '' } }),
    toggleDiff: () => this.debugger.set({ mode: NEXT_MODE[this.#settings().mode] }),
    toggleHex: () => this.debugger.set({ hex: !this.#showsHex() }),
    nextPane: () => this.#focusNext(1),
    previousPane: () => this.#focusNext(-1),
    focusEvents: () => this.#update({ focus: 'events' }),
    focusTree: () => this.#update({ focus: 'tree' }),
    focusFile: () => this.#update({ focus: 'file' }),
    zoom: () => this.#update({ zoomed: !this.#ui.zoomed }),
    toggleFollow: () => this.debugger.set({ follow: !this.#settings().follow }),
    toggleProcesses: () => this.debugger.set({ changesOnly: !this.#settings().changesOnly }),
    toggleTouched: () => this.debugger.set({ touchedOnly: !this.#settings().touchedOnly }),
    help: () => this.#update({ help: { top: 0 } }),
    quit: () => this.#quit(),
    escape: () => this.#escape(),
    redraw: () => this.#screen.redraw(),
    suspend: () => this.#screen.suspend(),

    nextEvent: () => void this.debugger.stepEvent(1),
    previousEvent: () => void this.debugger.stepEvent(-1),
    pageDown: () => void this.debugger.step(PAGE_CHANGES),
    pageUp: () => void this.debugger.back(PAGE_CHANGES),
    openEvent: () => {
      if (!this.#settings().follow) this.debugger.selectHere();
      this.#update({ focus: 'file' });
    },

    nextRow: () => this.#moveCursor(1),
    previousRow: () => this.#moveCursor(-1),
    pageRowsDown: () => this.#moveCursor(this.#treeHeight()),
    pageRowsUp: () => this.#moveCursor(-this.#treeHeight()),
    openRow: () => this.#openRow(),

    scrollDown: () => this.#scroll(1),
    scrollUp: () => this.#scroll(-1),
    scrollPageDown: () => this.#scroll(this.#fileHeight() - 1),
    scrollPageUp: () => this.#scroll(1 - this.#fileHeight()),
    scrollRight: () => this.#update({ fileLeft: this.#fresh().file.left + SIDE_STEP }),
    scrollLeft: () => this.#update({ fileLeft: Math.max(0, this.#fresh().file.left - SIDE_STEP) }),
    nextHunk: () => this.#toHunk(1),
    previousHunk: () => this.#toHunk(-1),

    promptAccept: () => this.#accept(),
    promptCancel: () => this.#update({ prompt: null }),
    promptErase: () => this.#edit((text) => [...text].slice(0, -1).join('')),
    promptClear: () => this.#edit(() => ''),

    helpDown: () => this.#scrollHelp(1),
    helpUp: () => this.#scrollHelp(-1),
    helpClose: () => this.#update({ help: null }),
  };

  #layout(): Layout {
    return layoutOf(this.#ui.size, this.#ui.focus, this.#ui.zoomed, this.debugger.recording.length);
  }

  #settings(): Snapshot['settings'] {
    return this.debugger.snapshot.settings;
  }

  #main(): MainView | undefined {
    return this.debugger.snapshot.frame?.main;
  }

  #showsHex(): boolean {
    const main = this.#main();
    return main?.kind === 'file' && main.view.body.kind === 'hex';
  }

  #focusNext(by: number): void {
    const index = (PANES.indexOf(this.#ui.focus) + by + PANES.length) % PANES.length;
    this.#update({ focus: PANES[index] as Pane });
  }

  #escape(): void {
    if (this.debugger.snapshot.message !== '') this.debugger.say('');
    else if (this.#ui.zoomed) this.#update({ zoomed: false });
    else if (this.#settings().filter !== null) this.debugger.filter('');
    else if (this.#isScrolled()) this.#scrollBack();
    else this.#update({ focus: 'events' });
  }

  #isScrolled(): boolean {
    const main = this.#main();
    const isElsewhere = main?.kind === 'file' && main.view.anchor !== null;
    return isElsewhere || this.#ui.fileTop !== null || this.#ui.fileLeft !== null;
  }

  /** To the change again. */
  #scrollBack(): void {
    this.#update({ fileTop: null, fileLeft: null });
    this.debugger.lookAt(null);
  }

  #treeHeight(): number {
    return Math.max(1, this.#fresh().layout.panes.tree.height - 1);
  }

  #fileHeight(): number {
    return Math.max(1, this.#fresh().layout.panes.file.height - FILE_HEAD_ROWS);
  }

  #moveCursor(by: number): void {
    const rows = this.debugger.snapshot.frame?.tree ?? [];
    const step = Math.sign(by);
    let index = Math.max(0, Math.min(rows.length - 1, Math.max(0, this.#fresh().tree.cursor) + by));
    if (this.#fresh().tree.cursor < 0) index = 0;
    while (rows[index]?.file === 0) index += step;
    const row = rows[index];
    if (row !== undefined) this.#selectRow(row);
  }

  #selectRow(row: TreeRow): void {
    this.debugger.select({ file: row.file, path: row.path });
  }

  #openRow(): void {
    const row = this.debugger.snapshot.frame?.tree[this.#fresh().tree.cursor];
    if (row === undefined) return;
    if (row.type === 'dir' && !row.gone) this.debugger.toggleDir(row.file, !row.open);
    else this.#update({ focus: 'file' });
  }

  #scroll(by: number): void {
    const { rows, top } = this.#fresh().file;
    const height = this.#fileHeight();
    const most = Math.max(0, rows.count - height);
    const main = this.#main();
    const part = main?.kind === 'file' && main.view.body.kind !== 'note' ? main.view.body.part : null;
    // At the edge of what was read of a large file: read on.
    if (part !== null && by > 0 && top >= most && part.to < part.sizeBytes) this.debugger.lookAt(part.to);
    else if (part !== null && by < 0 && top === 0 && part.from > 0) this.debugger.lookAt(part.from);
    else this.#update({ fileTop: Math.max(0, Math.min(most, top + by)) });
  }

  #toHunk(direction: number): void {
    const { rows, top } = this.#fresh().file;
    const lead = Math.floor(this.#fileHeight() / 3);
    const at = top + lead;
    const found = direction > 0 ? rows.hunks.find((row) => row > at) : rows.hunks.findLast((row) => row < at);
    if (found === undefined)
      this.debugger.say(`No ${direction > 0 ? 'further' : 'earlier'} change in this file at this event.`);
    else this.#update({ fileTop: Math.max(0, Math.min(rows.count - 1, found - lead)) });
  }

  #scrollHelp(by: number): void {
    if (this.#ui.help === null) return;
    const height = this.#ui.size.rows - 2;
    const most = Math.max(0, helpLines(this.#ui.size.columns).length - height);
    const page = Math.max(1, Math.floor(height / 2));
    this.#update({ help: { top: Math.max(0, Math.min(most, this.#ui.help.top + by * page)) } });
  }

  #type(key: string): void {
    const char = typedBy(key);
    if (char !== undefined) this.#edit((text) => text + char);
  }

  #edit(change: (text: string) => string): void {
    const { prompt } = this.#ui;
    if (prompt !== null) this.#update({ prompt: { ...prompt, text: change(prompt.text).slice(0, 1000) } });
  }

  #accept(): void {
    const { prompt } = this.#ui;
    if (prompt === null) return;
    this.#update({ prompt: null });
    if (prompt.kind === 'filter') this.debugger.filter(prompt.text);
    else if (prompt.text.trim() !== '') void this.debugger.goto(prompt.text);
  }

  #update(change: Partial<UiState>): void {
    this.#ui = { ...this.#ui, ...change };
    const layout = this.#layout();
    this.debugger.resize({
      eventRows: Math.max(1, layout.panes.events.height - 1),
      columns: Math.max(1, layout.columns - 2),
    });
    this.#changed();
  }

  #changed(): void {
    const shown = this.#mainKey();
    if (shown !== this.#mainShown) {
      this.#mainShown = shown;
      this.#ui = { ...this.#ui, fileTop: null, fileLeft: null };
    }
    this.#next = undefined;
    const { frame, playhead } = this.debugger.snapshot;
    this.#notify(frame?.playhead === playhead ? 0 : STALE_PATIENCE_MS);
  }

  /** Changes that come together are drawn once; that a frame is on its way is news only when it takes its time. */
  #notify(delayMs: number): void {
    if (this.#timer !== undefined && (delayMs > 0 || this.#timer.soon)) return;
    clearTimeout(this.#timer?.handle);
    const handle = setTimeout(() => {
      this.#timer = undefined;
      this.#view = this.#fresh();
      for (const listener of this.#listeners) listener();
    }, delayMs);
    this.#timer = { handle, soon: delayMs === 0 };
  }

  /** Scroll positions belong to what is shown; something else starts at its first change again. */
  #mainKey(): string {
    const { frame, settings } = this.debugger.snapshot;
    const main = frame?.main;
    if (frame === undefined || main === undefined) return '';
    if (main.kind !== 'file') return `${main.kind} ${frame.playhead}`;
    const { file, body } = main.view;
    return [frame.playhead, file, body.kind, settings.mode, main.view.anchor].join(' ');
  }
}
