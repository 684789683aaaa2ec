import { ALL_CALLS, type Call, EXTRA_SLOTS } from './lookup.js';
import { GUARD_ACTS } from './row.js';

const NOTE = '/* Generated from src/syscalls/ by `npm run generate`. Do not edit. */';

/** The generated addon/gen/dispatch.h: which program a call goes to. */
export function dispatchHeader(): string {
  const rows = (which: 'exit' | 'enter') => [
    ...ALL_CALLS.flatMap((call) => (call.x64 === null || call[which] === undefined ? [] : [[call.x64, call[which]]])),
    ...Object.entries(EXTRA_SLOTS[which]).map(([program, slot]) => [slot, program]),
  ];
  const table = (which: 'exit' | 'enter') => rows(which).map(([nr, program]) => `    {${nr}, "${program}"},`);
  return `${[
    NOTE,
    '#pragma once',
    '#include <cstdint>',
    '',
    '// A row of a dispatch table: system call number (x86-64) to program.',
    'struct CallProgram {',
    '  uint32_t nr;',
    '  const char* program;',
    '};',
    '',
    '// To the program that records its success.',
    'constexpr CallProgram kExitPrograms[] = {',
    ...table('exit'),
    '};',
    '',
    '// To the program that must look before the call.',
    'constexpr CallProgram kEnterPrograms[] = {',
    ...table('enter'),
    '};',
  ].join('\n')}\n`;
}

const FOLLOWS = { yes: 'FOLLOW', no: 'NOFOLLOW', 'unless-flag': 'FOLLOW_UNLESS_FLAG', 'with-flag': 'FOLLOW_WITH_FLAG' };

/** The generated addon/launcher/gen/guarded-calls.h: the calls that the guard stops, ascending. */
export function guardHeader(): string {
  const guarded = ALL_CALLS.filter(({ guard, x64 }) => guard !== undefined && x64 !== null);
  const acts = Object.entries(GUARD_ACTS).map(([act, about]) => `  CALL_${act.toUpperCase()}, /* ${about} */`);
  return `${[
    NOTE,
    '#pragma once',
    '',
    'enum call_act {',
    ...acts,
    '};',
    '',
    '/* struct guarded_call (calls.h): x86-64 number, act, follow, dirfd, path, flags, dirfd2, path2 */',
    '#define GUARDED_CALLS \\',
    ...guarded.sort((a, b) => (a.x64 ?? 0) - (b.x64 ?? 0)).map((call) => `  ${guardRow(call)} \\`),
    '',
  ].join('\n')}\n`;
}

function guardRow({ x64, name, guard, at = {} }: Call): string {
  const path = at.path ?? at.buffer;
  const flags = at.flags ?? at.count;
  const numbers = [at.fd, path, flags, at.fd2, at.path2].map((n) => n ?? -1).join(', ');
  return `{${x64}, CALL_${(guard as string).toUpperCase()}, ${FOLLOWS[at.follow ?? 'yes']}, ${numbers}}, /* ${name} */`;
}
