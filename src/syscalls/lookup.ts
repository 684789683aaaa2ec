import { HARMLESS } from './harmless.js';
import { HARMLESS_IOCTLS, type IoctlRow, IOCTLS } from './ioctls.js';
import type { CompatClass, Row } from './row.js';
import { type CallName, CALLS, COMPAT_ONLY } from './table.js';

/** Numbers below this have a slot in the kernel programs' tables; the last of them belong to no call and never will. */
export const CALL_SLOTS = 512;
/** Where the programs for what is no call stand among those of calls. */
export const EXTRA_SLOTS = {
  exit: { dk_other_call: CALL_SLOTS - 2, dk_compat: CALL_SLOTS - 1 },
  enter: { dk_maps_again: CALL_SLOTS - 2, dk_learn: CALL_SLOTS - 1 },
} as const;
/** Added to the numbers of the x32 interface, whose calls are not followed. */
export const X32_BIT = 0x40000000;

export interface Call extends Row {
  readonly name: CallName;
}

/** In the order of the table. */
export const ALL_CALLS: readonly Call[] = (Object.entries(CALLS) as [CallName, Row][]).map(([name, row]) => ({
  name,
  ...row,
}));

const BY_NUMBER: readonly (Call | undefined)[] = slots(ALL_CALLS.map((call) => [call.x64, call] as const));

/** The row of an x86-64 number. */
export function callOf(nr: number): Call | undefined {
  return BY_NUMBER[nr];
}

export interface HarmlessCall {
  readonly name: string;
  readonly x64: number | null;
  readonly i386: number | null;
  readonly why: string;
}

export const HARMLESS_CALLS: readonly HarmlessCall[] = HARMLESS.flatMap(({ why, calls }) =>
  calls.split(/\s+/).map((text) => {
    const [name, x64, i386] = text.split(':') as [string, string, string];
    return { name, x64: numberOf(x64), i386: numberOf(i386), why };
  }),
);

/** What a 32-bit program puts in doubt by a call of the table. */
export function compatClass({ compat, at, exit, gap }: Row): CompatClass {
  if (compat !== undefined) return compat;
  if (exit === undefined && gap === undefined) return 'harmless';
  return at?.path === undefined && at?.fd !== undefined ? 'fd' : 'all';
}

/** i386 number to name and class, of every call. */
export const COMPAT_CALLS: readonly { nr: number; name: string; kind: CompatClass }[] = [
  ...ALL_CALLS.flatMap((call) => at386(call.i386, call.name, compatClass(call))),
  ...(Object.entries(COMPAT_ONLY) as [CompatClass, string][]).flatMap(([kind, calls]) =>
    calls.split(' ').flatMap((text) => {
      const [name, nr] = text.split(':') as [string, string];
      return at386(Number(nr), name, kind);
    }),
  ),
  ...HARMLESS_CALLS.flatMap(({ name, i386 }) => at386(i386, name, 'harmless')),
].sort((a, b) => a.nr - b.nr);

/** True when nothing needs to be sent of it: its kernel programs, if any, look before the call. */
export function isSilent(row: Row): boolean {
  return row.exit === undefined && row.gap === undefined && row.decoder === undefined;
}

export interface Ioctl extends IoctlRow {
  readonly name: string;
}

const IOCTL_BY_NUMBER: ReadonlyMap<number, Ioctl> = new Map(
  Object.entries(IOCTLS).map(([name, row]) => [row.number, { name, ...row }]),
);

export function ioctlOf(command: number): Ioctl | undefined {
  return IOCTL_BY_NUMBER.get(command);
}

export const HARMLESS_COMMANDS: readonly { name: string; number: number; why: string }[] = HARMLESS_IOCTLS.flatMap(
  ({ why, commands }) =>
    commands.split(/\s+/).map((text) => {
      const [name, number] = text.split(':') as [string, string];
      return { name, number: Number(number), why };
    }),
);

function at386(nr: number | null, name: string, kind: CompatClass) {
  return nr === null ? [] : [{ nr, name, kind }];
}

function numberOf(text: string): number | null {
  return text === '-' ? null : Number(text);
}

function slots<T>(entries: readonly (readonly [number | null, T])[]): (T | undefined)[] {
  const out: (T | undefined)[] = new Array(CALL_SLOTS);
  for (const [nr, value] of entries) if (nr !== null) out[nr] = value;
  return out;
}
