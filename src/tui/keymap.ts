/**
 * THE key table. Dispatch, the footer, the `?` help and docs/keys.md come from it: a new key is a row here, and the
 * build breaks until controller.ts knows its action.
 */
export type Context = 'global' | 'events' | 'tree' | 'file' | 'prompt' | 'help';

interface KeyRow {
  readonly action: string;
  readonly context: Context;
  /** Names as `keyNames` in keyboard.ts gives them. */
  readonly keys: readonly string[];
  readonly about: string;
  /** For the footer, in the order of the rows: keys to show, and a word. */
  readonly hint?: readonly [keys: string, word: string];
}

export const KEYMAP = [
  {
    action: 'stepForward',
    context: 'global',
    keys: ['right', 'l'],
    about: 'Next change to the filesystem',
    hint: ['← →', 'step'],
  },
  { action: 'stepBack', context: 'global', keys: ['left', 'h'], about: 'Previous change to the filesystem' },
  {
    action: 'nextOfFile',
    context: 'global',
    keys: [']', 'shift+right', 'L'],
    about: 'Next change of the selected file',
    hint: ['[ ]', 'this file'],
  },
  {
    action: 'previousOfFile',
    context: 'global',
    keys: ['[', 'shift+left', 'H'],
    about: 'Previous change of the selected file',
  },
  {
    action: 'start',
    context: 'global',
    keys: ['home', 'g'],
    about: 'Start: the base, before the command',
    hint: ['g G', 'start/end'],
  },
  { action: 'end', context: 'global', keys: ['end', 'G'], about: 'End: after the last event' },
  {
    action: 'goto',
    context: 'global',
    keys: [':'],
    about: "Go to 120, 50%, 2.5s, 1m02s, -5, start, end or 'mark",
    hint: [':', 'goto'],
  },
  {
    action: 'filter',
    context: 'global',
    keys: ['/'],
    about: 'Only paths that contain a text, or match a glob',
    hint: ['/', 'filter'],
  },
  {
    action: 'toggleDiff',
    context: 'global',
    keys: ['d'],
    about: 'Diff of this event, diff since the start, content',
    hint: ['d', 'diff'],
  },
  { action: 'toggleHex', context: 'global', keys: ['x'], about: 'Bytes in hex, or text', hint: ['x', 'hex'] },
  { action: 'nextPane', context: 'global', keys: ['tab'], about: 'Focus the next pane', hint: ['Tab', 'pane'] },
  { action: 'previousPane', context: 'global', keys: ['shift+tab'], about: 'Focus the previous pane' },
  { action: 'focusEvents', context: 'global', keys: ['1'], about: 'Focus the events' },
  { action: 'focusTree', context: 'global', keys: ['2'], about: 'Focus the files' },
  { action: 'focusFile', context: 'global', keys: ['3'], about: 'Focus the file' },
  { action: 'zoom', context: 'global', keys: ['z'], about: 'Give the focused pane the whole screen, or not' },
  {
    action: 'toggleFollow',
    context: 'global',
    keys: ['f'],
    about: 'Follow what each step changes, or hold on to one file',
  },
  {
    action: 'toggleProcesses',
    context: 'global',
    keys: ['o'],
    about: 'Show or hide processes and output among the events',
  },
  {
    action: 'toggleTouched',
    context: 'global',
    keys: ['t'],
    about: 'All files in the tree, or only those changed so far',
  },
  { action: 'help', context: 'global', keys: ['?'], about: 'This help', hint: ['?', 'help'] },
  { action: 'quit', context: 'global', keys: ['q', 'ctrl+c'], about: 'Quit', hint: ['q', 'quit'] },
  {
    action: 'escape',
    context: 'global',
    keys: ['escape'],
    about: 'Take back: message, zoom, filter, scrolling, focus',
  },
  { action: 'redraw', context: 'global', keys: ['ctrl+l'], about: 'Draw the screen again' },
  { action: 'suspend', context: 'global', keys: ['ctrl+z'], about: 'Back to the shell; fg returns' },

  { action: 'nextEvent', context: 'events', keys: ['down', 'j'], about: 'Next event of any kind' },
  { action: 'previousEvent', context: 'events', keys: ['up', 'k'], about: 'Previous event of any kind' },
  { action: 'pageDown', context: 'events', keys: ['pagedown', 'space', 'ctrl+f'], about: 'Ten changes forward' },
  { action: 'pageUp', context: 'events', keys: ['pageup', 'ctrl+b'], about: 'Ten changes back' },
  { action: 'openEvent', context: 'events', keys: ['enter'], about: 'Focus the file that the event changed' },

  { action: 'nextRow', context: 'tree', keys: ['down', 'j'], about: 'Select the next file' },
  { action: 'previousRow', context: 'tree', keys: ['up', 'k'], about: 'Select the previous file' },
  { action: 'pageRowsDown', context: 'tree', keys: ['pagedown', 'ctrl+f'], about: 'A page down' },
  { action: 'pageRowsUp', context: 'tree', keys: ['pageup', 'ctrl+b'], about: 'A page up' },
  { action: 'openRow', context: 'tree', keys: ['enter', 'space'], about: 'Unfold or fold a directory; focus a file' },

  { action: 'scrollDown', context: 'file', keys: ['down', 'j'], about: 'Scroll down' },
  { action: 'scrollUp', context: 'file', keys: ['up', 'k'], about: 'Scroll up' },
  { action: 'scrollPageDown', context: 'file', keys: ['pagedown', 'space', 'ctrl+f'], about: 'A page down' },
  { action: 'scrollPageUp', context: 'file', keys: ['pageup', 'ctrl+b'], about: 'A page up' },
  { action: 'scrollRight', context: 'file', keys: ['>', '.'], about: 'Scroll to the right' },
  { action: 'scrollLeft', context: 'file', keys: ['<', ','], about: 'Scroll to the left' },
  { action: 'nextHunk', context: 'file', keys: ['n'], about: 'Next changed place' },
  { action: 'previousHunk', context: 'file', keys: ['N', 'p'], about: 'Previous changed place' },

  { action: 'promptAccept', context: 'prompt', keys: ['enter'], about: 'Do it' },
  { action: 'promptCancel', context: 'prompt', keys: ['escape', 'ctrl+c'], about: 'Never mind' },
  { action: 'promptErase', context: 'prompt', keys: ['backspace', 'delete', 'ctrl+h'], about: 'Erase a character' },
  { action: 'promptClear', context: 'prompt', keys: ['ctrl+u'], about: 'Erase everything' },

  { action: 'helpDown', context: 'help', keys: ['down', 'j', 'pagedown', 'space'], about: 'Scroll down' },
  { action: 'helpUp', context: 'help', keys: ['up', 'k', 'pageup'], about: 'Scroll up' },
  {
    action: 'helpClose',
    context: 'help',
    keys: ['?', 'q', 'escape', 'enter', 'ctrl+c'],
    about: 'Back to the debugger',
  },
] as const satisfies readonly KeyRow[];

export type Action = (typeof KEYMAP)[number]['action'];
export type KeyBinding = (typeof KEYMAP)[number];

export const CONTEXT_TITLES: Record<Context, string> = {
  global: 'Everywhere',
  events: 'Events (1)',
  tree: 'Files (2)',
  file: 'File (3)',
  prompt: 'Prompts',
  help: 'Help',
};

const LABELS: Record<string, string> = {
  right: '→',
  left: '←',
  up: '↑',
  down: '↓',
  'shift+right': 'shift+→',
  'shift+left': 'shift+←',
  home: 'Home',
  end: 'End',
  pagedown: 'PgDn',
  pageup: 'PgUp',
  tab: 'Tab',
  'shift+tab': 'shift+Tab',
  enter: 'Enter',
  escape: 'Esc',
  space: 'Space',
  backspace: 'Backspace',
  delete: 'Del',
};

export function keyLabel(key: string): string {
  return LABELS[key] ?? key.replace(/^ctrl\+(.)$/, (_, letter: string) => `Ctrl-${letter.toUpperCase()}`);
}

/** The action of a key: the contexts are asked in order. */
export function actionFor(contexts: readonly Context[], key: string): Action | undefined {
  for (const context of contexts) {
    const row = KEYMAP.find(
      (binding) => binding.context === context && (binding.keys as readonly string[]).includes(key),
    );
    if (row !== undefined) return row.action;
  }
  return undefined;
}
