import { HARMLESS } from './harmless.js';
import { HARMLESS_IOCTLS, IOCTLS } from './ioctls.js';
import { ALL_CALLS, type Call, compatClass } from './lookup.js';
import { CHANGES, GUARD_ACTS } from './row.js';

/** The generated docs/system-calls.md. */
export function syscallsMarkdown(): string {
  return `${[
    '# System calls',
    '',
    '<!-- Generated from src/syscalls/ by `npm run generate`. Do not edit. -->',
    '',
    'Every system call is recorded, harmless for a reason, or a gap. A call that stands nowhere here, and any number beyond, is a gap',
    'that names it when it succeeds; so is a command of `ioctl` on a regular file or directory. Calls of the x32 interface, whose',
    'structures are others, are gaps, but for the harmless ones. What 32-bit programs change is read back (last column).',
    '',
    '| call | x86-64 | i386 | can change | recorded as | the guard | of a 32-bit program |',
    '|---|---|---|---|---|---|---|',
    ...ALL_CALLS.map(row),
    '',
    '## What can change',
    '',
    ...Object.entries(CHANGES).map(([key, about]) => `- *${key}*: ${about}.`),
    '',
    '## What the guard does',
    '',
    ...Object.entries(GUARD_ACTS).map(([act, about]) => `- *${act}*: ${about}.`),
    '',
    '## Harmless calls',
    '',
    ...HARMLESS.flatMap(({ why, calls }) => [`- ${why}: ${names(calls)}`]),
    '',
    '## Commands of ioctl',
    '',
    ...Object.entries(IOCTLS).map(
      ([name, { way, why }]) => `- \`${name}\`: ${why === undefined ? `recorded (${way})` : `a gap, ${why}`}`,
    ),
    '',
    ...HARMLESS_IOCTLS.map(({ why, commands }) => `- ${why}: ${names(commands)}`),
  ].join('\n')}\n`;
}

function row(call: Call): string {
  const { name, x64, i386, changes, decoder, exit, gap, guard } = call;
  const how = gap === undefined ? (decoder ?? exit?.slice(3) ?? '') : `a gap: ${gap}`;
  const cells = [`\`${name}\``, x64 ?? '', i386 ?? '', changes, how, guard ?? '', compatClass(call)];
  return `| ${cells.join(' | ')} |`;
}

function names(list: string): string {
  return list
    .split(/\s+/)
    .map((text) => `\`${text.split(':')[0]}\``)
    .join(' ');
}
