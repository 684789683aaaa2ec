import type { CommandRow } from './command.js';
import { command as cat } from './cat.js';
import { command as checkout } from './checkout.js';
import { command as completion } from './completion.js';
import { command as diff } from './diff.js';
import { command as doctor } from './doctor.js';
import { command as exportBundle } from './export.js';
import { command as find } from './find.js';
import { command as importBundle } from './import.js';
import { command as log } from './log.js';
import { command as ls } from './ls.js';
import { command as mark } from './mark.js';
import { command as open } from './open.js';
import { command as rm } from './rm.js';
import { command as run } from './run.js';
import { command as show } from './show.js';
import { command as tree } from './tree.js';
import { command as verify } from './verify.js';

/** THE list of commands. Dispatch, help, completion and docs/commands.md come from it. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'run',
    operands: '-- CMD [ARG…]',
    summary: 'record a command; then the debugger if the terminal is interactive',
    command: run,
  },
  { name: 'open', operands: '[REC]', summary: 'the debugger', command: open },
  {
    name: 'ls',
    operands: '',
    summary: 'recordings: id, label, when, command, exit, events, size, state',
    command: ls,
  },
  { name: 'log', operands: '[REC] [PATH…]', summary: 'the timeline, one event a line', command: log },
  {
    name: 'show',
    operands: '[REC] EVENT',
    summary: 'one event in full: who, what, the bytes as diff or hex',
    command: show,
  },
  { name: 'tree', operands: '[REC] [DIR]', summary: 'the tree at an event', command: tree },
  {
    name: 'cat',
    operands: '[REC] PATH[@EVENT]',
    summary: "a file's bytes at an event",
    command: cat,
  },
  {
    name: 'diff',
    operands: '[REC] E1 [E2] [-- PATH…]',
    summary: "unified diff of two states in git's format",
    command: diff,
  },
  {
    name: 'checkout',
    operands: '[REC] [PATH…]',
    summary: 'rebuild the tree in a directory',
    command: checkout,
  },
  {
    name: 'find',
    operands: '[REC] TEXT|/REGEX/',
    summary: 'events whose written bytes contain it',
    command: find,
  },
  { name: 'mark', operands: '[REC] EVENT NAME', summary: 'name an event', command: mark },
  {
    name: 'verify',
    operands: '[REC]',
    summary: 'the reconstructed end state against the proof taken at the end of the run',
    command: verify,
  },
  {
    name: 'export',
    operands: '[REC]',
    summary: 'one file to attach to a bug report',
    command: exportBundle,
  },
  { name: 'import', operands: 'FILE', summary: 'take a bundle into the store', command: importBundle },
  { name: 'rm', operands: 'REC…', summary: 'remove recordings', command: rm },
  {
    name: 'doctor',
    operands: '',
    summary: 'what this machine can do, and the fix for each lack',
    command: doctor,
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    summary: 'print a completion script for your shell',
    command: completion,
  },
];
