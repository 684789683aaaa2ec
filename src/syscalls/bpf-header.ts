import { IOCTL_WAYS, type IoctlWay } from './ioctls.js';
import {
  ALL_CALLS,
  type Call,
  CALL_SLOTS,
  COMPAT_CALLS,
  EXTRA_SLOTS,
  HARMLESS_CALLS,
  HARMLESS_COMMANDS,
  ioctlOf,
  isSilent,
  X32_BIT,
} from './lookup.js';
import { IOCTLS } from './ioctls.js';
import { COMPAT_CLASSES, EXTRAS } from './row.js';

/** The generated bpf/gen/calls.h. */
export function bpfCallsHeader(): string {
  return `${[
    '/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0 */',
    '/* Generated from src/syscalls/ by `npm run generate`. Do not edit. */',
    '#pragma once',
    '',
    `#define CALL_SLOTS ${CALL_SLOTS}`,
    `#define X32_BIT 0x${X32_BIT.toString(16)}u`,
    ...Object.entries({ ...EXTRA_SLOTS.exit, ...EXTRA_SLOTS.enter }).map(
      ([program, slot]) => `#define SLOT_${program.slice(3).toUpperCase()} ${slot}`,
    ),
    '',
    '/* Numbers of x86-64. */',
    ...ALL_CALLS.map(({ name, x64 }) => `#define NR_${name.toUpperCase()} ${x64}`),
    '',
    '/* Calls of which nothing is sent when they have succeeded. */',
    ...bytes(
      'harmless_calls',
      [...HARMLESS_CALLS, ...ALL_CALLS.filter(isSilent)].map(({ x64, name }) => [x64, '1', name]),
    ),
    '',
    '/* What is looked at before the call: the descriptor that it writes to, and that it copies from; or a program looks. */',
    '#define BEGINS_TARGET(begins) (((begins)&15) - 1)',
    '#define BEGINS_COPY(begins) ((begins) >> 4)',
    '#define BEGINS_SOURCE(begins) (BEGINS_COPY(begins) - 1)',
    '#define BEGINS_PROGRAM 0xff',
    ...bytes('call_begins', ALL_CALLS.flatMap(beginOf)),
    '',
    '/* 1-based argument numbers, 0 for none; path1 may start at a descriptor, or at the working directory. */',
    'struct operands {',
    '\t__u8 dir1, path1, dir2, path2;',
    '\t__u8 extra; /* what EXTRA_ says */',
    '\t__u8 extra_arg; /* the first argument of it */',
    '};',
    '#define CWD 100',
    `enum { EXTRA_NONE, ${EXTRAS.map((extra) => `EXTRA_${constant(extra)}`).join(', ')} };`,
    `static const struct operands operands[CALL_SLOTS] = {`,
    ...ALL_CALLS.flatMap(operandsOf),
    '};',
    '',
    '/* What the calls of 32-bit programs put in doubt, by i386 number. */',
    `enum compat { ${COMPAT_CLASSES.map((kind) => `COMPAT_${kind.toUpperCase()}`).join(', ')} };`,
    ...bytes(
      'compat_calls',
      COMPAT_CALLS.map(({ nr, kind, name }) => [nr, `COMPAT_${kind.toUpperCase()}`, name]),
    ),
    '',
    ...ioctls(),
  ].join('\n')}\n`;
}

function bytes(name: string, rows: readonly (readonly [number | null, string, string])[]): string[] {
  const there = rows.filter((row): row is [number, string, string] => row[0] !== null).sort((a, b) => a[0] - b[0]);
  return [
    `static const __u8 ${name}[CALL_SLOTS] = {`,
    ...there.map(([nr, value, call]) => `\t[${nr}] = ${value}, /* ${call} */`),
    '};',
  ];
}

function beginOf({ x64, name, enter, writesTo, copiesFrom }: Call): [number | null, string, string][] {
  if (enter !== undefined) return [[x64, 'BEGINS_PROGRAM', name]];
  if (writesTo === undefined) return [];
  return [[x64, String(1 + writesTo + (copiesFrom === undefined ? 0 : (1 + copiesFrom) << 4)), name]];
}

function operandsOf({ x64, name, at }: Call): string[] {
  if (x64 === null || (at?.path === undefined && at?.extra === undefined)) return [];
  const place = (fd: number | undefined, path: number | undefined) =>
    path === undefined ? [0, 0] : [fd === undefined ? 'CWD' : fd + 1, path + 1];
  const [extra, argument] = at.extra ?? [undefined, -1];
  const parts = [...place(at.fd, at.path), ...place(at.fd2, at.path2)];
  if (extra !== undefined) parts.push(`EXTRA_${constant(extra)}`, argument + 1);
  return [`\t[${x64}] = {${parts.join(', ')}}, /* ${name} */`];
}

function ioctls(): string[] {
  const ways = Object.keys(IOCTL_WAYS) as IoctlWay[];
  const define = (way: IoctlWay, i: number) => `IOCTL_${way.toUpperCase()} = ${i + 1}`;
  return [
    '/* What becomes of a command of ioctl on a regular file or directory; 0: it is not known. */',
    `enum ioctl_way { IOCTL_UNKNOWN, ${ways.map(define).join(', ')}, IOCTL_HARMLESS };`,
    ...Object.entries(IOCTLS).map(([name, { number }]) => `#define ${name} 0x${number.toString(16)}u`),
    '/* Bytes of what the argument points to that are sent. */',
    `static const __u8 ioctl_bytes[] = {0, ${ways.map((way) => IOCTL_WAYS[way]).join(', ')}, 0};`,
    '',
    'static __always_inline enum ioctl_way ioctl__way(__u32 command)',
    '{',
    '\tswitch (command) {',
    ...ways.flatMap((way) =>
      cases(
        Object.values(IOCTLS).filter((row) => row.way === way),
        `IOCTL_${way.toUpperCase()}`,
      ),
    ),
    ...cases(HARMLESS_COMMANDS, 'IOCTL_HARMLESS'),
    '\t}',
    '\treturn IOCTL_UNKNOWN;',
    '}',
  ];
}

function cases(rows: readonly { number: number }[], way: string): string[] {
  const name = (number: number) =>
    ioctlOf(number)?.name ?? HARMLESS_COMMANDS.find((row) => row.number === number)?.name ?? '';
  return [
    ...rows.map(({ number }) => `\tcase 0x${number.toString(16)}: /* ${name(number)} */`),
    ...(rows.length === 0 ? [] : [`\t\treturn ${way};`]),
  ];
}

function constant(text: string): string {
  return text.replace(/-/g, '_').toUpperCase();
}
