/**
 * Roles, not colours: components name what a text is. Only the 16 terminal colours and attributes are used, so that the
 * user's own palette, dark or light, decides; no role is told apart by colour alone (letters, signs and words say it too).
 */
import type { ChangeLetter, EventClass } from '../debugger/event-text.js';

export type Role =
  | 'normal'
  | 'dim'
  | 'strong'
  | 'accent'
  | 'title'
  | 'focus'
  | 'cursor'
  | 'mark'
  | 'rule'
  | 'add'
  | 'remove'
  | 'write'
  | 'move'
  | 'meta'
  | 'good'
  | 'bad'
  | 'warn'
  | 'gone'
  | 'hotAdd'
  | 'hotRemove'
  | 'future';

export interface Theme {
  paint(role: Role, text: string): string;
}

type Sgr = readonly [open: string, close: string];

const BOLD: Sgr = ['1', '22'];
const DIM: Sgr = ['2', '22'];
const INVERSE: Sgr = ['7', '27'];
const STRIKE: Sgr = ['2;9', '22;29'];
const colour = (code: number, attribute = ''): Sgr =>
  attribute === '' ? [`${code}`, '39'] : [`${attribute};${code}`, attribute === '1' ? '22;39' : '27;39'];

const PLAIN_ROLES: Record<Role, Sgr | null> = {
  normal: null,
  dim: DIM,
  strong: BOLD,
  accent: BOLD,
  title: BOLD,
  focus: ['1;7', '22;27'],
  cursor: INVERSE,
  mark: BOLD,
  rule: DIM,
  add: BOLD,
  remove: BOLD,
  write: null,
  move: null,
  meta: null,
  good: null,
  bad: BOLD,
  warn: INVERSE,
  gone: STRIKE,
  hotAdd: ['1;4', '22;24'],
  hotRemove: ['1;4', '22;24'],
  future: DIM,
};

/** Cyan and yellow cannot be read on white, blue hardly on black: hence one choice by background. */
function colourRoles(light: boolean): Record<Role, Sgr | null> {
  const cool = light ? 34 : 36;
  return {
    ...PLAIN_ROLES,
    accent: colour(cool, '1'),
    focus: ['1;7', '22;27'],
    mark: colour(35, '1'),
    add: colour(32),
    remove: colour(31),
    write: colour(cool),
    move: colour(35),
    meta: colour(light ? 34 : 94),
    good: colour(32),
    bad: colour(31, '1'),
    warn: colour(31, '7'),
    hotAdd: colour(32, '7'),
    hotRemove: colour(31, '7'),
  };
}

export function createTheme(env: NodeJS.ProcessEnv): Theme {
  const hasColour = (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  // COLORFGBG is "foreground;background" where a terminal sets it; 7 and 15 are whites.
  const light = /;(7|15)$/.test(env.COLORFGBG ?? '');
  const roles = hasColour ? colourRoles(light) : PLAIN_ROLES;
  return {
    paint(role, text) {
      const sgr = roles[role];
      return sgr === null || text === '' ? text : `\u001b[${sgr[0]}m${text}\u001b[${sgr[1]}m`;
    },
  };
}

export const CLASS_ROLES: Record<EventClass, Role> = {
  add: 'add',
  write: 'write',
  delete: 'remove',
  move: 'move',
  meta: 'meta',
  sync: 'dim',
  process: 'dim',
  output: 'dim',
  gap: 'bad',
};

export const LETTER_ROLES: Record<ChangeLetter, Role> = { A: 'add', M: 'write', D: 'remove', R: 'move' };
