import type { CommandRow } from './command.js';

/** THE list of commands. Dispatch, help, completion and docs/commands.md come from it. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'run',
    operands: '-- CMD [ARG…]',
    summary: 'record a command; then the debugger if the terminal is interactive',
    load: () => import('./run.js'),
  },
  { name: 'open', operands: '[REC]', summary: 'the debugger', load: () => import('./open.js') },
  {
    name: 'ls',
    operands: '',
    summary: 'recordings: id, label, when, command, exit, events, size, state',
    load: () => import('./ls.js'),
  },
  { name: 'log', operands: '[REC] [PATH…]', summary: 'the timeline, one event a line', load: () => import('./log.js') },
  {
    name: 'show',
    operands: '[REC] EVENT',
    summary: 'one event in full: who, what, the bytes as diff or hex',
    load: () => import('./show.js'),
  },
  { name: 'tree', operands: '[REC] [DIR]', summary: 'the tree at an event', load: () => import('./tree.js') },
  {
    name: 'cat',
    operands: '[REC] PATH[@EVENT]',
    summary: "a file's bytes at an event",
    load: () => import('./cat.js'),
  },
  {
    name: 'diff',
    operands: '[REC] E1 [E2] [-- PATH…]',
    summary: "unified diff of two states in git's format",
    load: () => import('./diff.js'),
  },
  {
    name: 'checkout',
    operands: '[REC] [PATH…]',
    summary: 'rebuild the tree in a directory',
    load: () => import('./checkout.js'),
  },
  {
    name: 'find',
    operands: '[REC] TEXT|/REGEX/',
    summary: 'events whose written bytes contain it',
    load: () => import('./find.js'),
  },
  { name: 'mark', operands: '[REC] EVENT NAME', summary: 'name an event', load: () => import('./mark.js') },
  {
    name: 'verify',
    operands: '[REC]',
    summary: 'the reconstructed end state against the proof taken at the end of the run',
    load: () => import('./verify.js'),
  },
  {
    name: 'export',
    operands: '[REC]',
    summary: 'one file to attach to a bug report',
    load: () => import('./export.js'),
  },
  { name: 'import', operands: 'FILE', summary: 'take a bundle into the store', load: () => import('./import.js') },
  { name: 'rm', operands: 'REC…', summary: 'remove recordings', load: () => import('./rm.js') },
  {
    name: 'doctor',
    operands: '',
    summary: 'what this machine can do, and the fix for each lack',
    load: () => import('./doctor.js'),
  },
  {
    name: 'completion',
    operands: 'bash|zsh|fish',
    summary: 'print a completion script for your shell',
    load: () => import('./completion.js'),
  },
];
