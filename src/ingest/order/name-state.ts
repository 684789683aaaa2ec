import type { Step } from './linearize.js';

/** What a name stands for: a file of the model, or a new one by its inode's key. 0: nothing. */
export type Held = number | string;
export const NO_FILE = -1;
/** A new one of which no record says which inode it is. */
export const UNNAMED = 'unnamed';

/** Some names, and what calls gave to files by them. */
export interface NameState {
  readonly names: ReadonlyMap<string, Held>;
  readonly modes: ReadonlyMap<Held, number>;
  readonly owners: ReadonlyMap<Held, string>;
}

/** What a look found. file undefined: an inode that the model does not know; NO_FILE: one that a call has just made. */
export interface Seen {
  readonly path: string;
  readonly found: { readonly file: number | undefined; readonly key: string; mode: number; owner: string } | null;
}

/** What a call does to names, or to a file by its name. */
export type NameAct =
  | { does: 'move'; from: string; to: string; leaves?: boolean; keeps?: boolean }
  | { does: 'swap'; from: string; to: string }
  | { does: 'link'; from: string; to: string }
  | { does: 'remove'; path: string }
  | { does: 'make'; path: string; as: Held }
  | { does: 'use'; path: string; mode?: number; owner?: string };

export function pathsOf(act: NameAct): readonly string[] {
  return 'path' in act ? [act.path] : [act.from, act.to];
}

type Apply = Step<NameState>['apply'];

export function applyAct(act: NameAct): Apply {
  return (state) => {
    const at = (path: string): Held => state.names.get(path) ?? 0;
    switch (act.does) {
      case 'move': {
        const [moved, replaced] = [at(act.from), at(act.to)];
        if (moved === 0 || (act.keeps && replaced !== 0)) return undefined;
        if (moved === replaced) return state; // rename(2): two names of one file stay as they are
        return named(state, [act.from, act.leaves ? UNNAMED : 0], [act.to, moved]);
      }
      case 'swap':
        if (at(act.from) === 0 || at(act.to) === 0) return undefined;
        return named(state, [act.from, at(act.to)], [act.to, at(act.from)]);
      case 'link':
        return at(act.from) === 0 || at(act.to) !== 0 ? undefined : named(state, [act.to, at(act.from)]);
      case 'remove':
        return at(act.path) === 0 ? undefined : named(state, [act.path, 0]);
      case 'make':
        return at(act.path) !== 0 ? undefined : named(state, [act.path, act.as]);
      case 'use':
        return at(act.path) === 0 ? undefined : used(state, at(act.path), act);
    }
  };
}

/** Whether a look can have found what it did. */
export function applySeen({ path, found }: Seen): Apply {
  return (state) => {
    const held = state.names.get(path) ?? 0;
    if (found === null || held === 0) return found === null && held === 0 ? state : undefined;
    const mode = state.modes.get(held) ?? found.mode;
    const owner = state.owners.get(held) ?? found.owner;
    return mayBe(held, found) && mode === found.mode && owner === found.owner ? state : undefined;
  };
}

function mayBe(held: Held, { file, key }: NonNullable<Seen['found']>): boolean {
  if (held === UNNAMED) return true;
  return typeof held === 'string' ? held === key : file === undefined || held === file;
}

function named(state: NameState, ...changes: readonly (readonly [string, Held])[]): NameState {
  return { ...state, names: new Map<string, Held>([...state.names, ...changes]) };
}

function used(state: NameState, held: Held, { mode, owner }: { mode?: number; owner?: string }): NameState {
  const modes = mode === undefined ? state.modes : new Map<Held, number>([...state.modes, [held, mode] as const]);
  const owners = owner === undefined ? state.owners : new Map<Held, string>([...state.owners, [held, owner] as const]);
  return { ...state, modes, owners };
}
