/**
 * THE limits of what a recording may hold, checked by whoever decodes it: a bundle comes from a stranger, and a store can be
 * anybody's copy. Each is above what a kernel lets a program do, or above what dk writes, so that no honest recording meets
 * one. docs/format-limits.md is generated from this table.
 */
interface LimitRow {
  readonly most: number;
  readonly unit: string;
  readonly about: string;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;

const ROWS = {
  zipEntries: { most: 64, unit: 'entries', about: 'a bundle as a zip: it has 6, other tools may add a few' },
  aboutBytes: { most: 16 * MIB, unit: 'bytes', about: '`bundle.json`' },
  baseBytes: { most: 512 * MIB, unit: 'bytes', about: 'the base manifest, unpacked' },
  tableBlockBytes: { most: 256 * MIB, unit: 'bytes', about: 'a block of a table, unpacked' },
  tableBlockEntries: { most: 2 ** 18, unit: 'entries', about: 'a block of a table' },
  eventBlockBytes: { most: 64 * MIB, unit: 'bytes', about: 'an event block, unpacked' },
  freeBytes: {
    most: 32 * MIB,
    unit: 'bytes',
    about: 'what base manifest, table block and event block may unpack to however small they are',
  },
  growth: { most: 64, unit: 'times', about: 'how often its own size each of them may unpack to beyond that' },
  blockEvents: { most: 8192, unit: 'events', about: 'an event block' },
  objectBytes: { most: 8 * MIB, unit: 'bytes', about: 'an object, and a piece of a stream' },
  pathBytes: { most: 32 * KIB, unit: 'bytes', about: 'a path, and every text without a limit of its own' },
  pathDepth: { most: 16 * KIB, unit: 'directories', about: 'how deep a directory lies' },
  nameBytes: { most: KIB, unit: 'bytes', about: 'a name in a directory' },
  targetBytes: { most: 4 * KIB, unit: 'bytes', about: 'the target of a symbolic link' },
  attributeNameBytes: { most: 255, unit: 'bytes', about: 'the name of an extended attribute' },
  attributeBytes: { most: 64 * KIB, unit: 'bytes', about: 'the value of an extended attribute' },
  attributes: { most: 2 ** 14, unit: 'attributes', about: 'what is read of a node at once' },
  blockAttributes: { most: 2 ** 18, unit: 'attributes', about: 'an event block' },
  argumentBytes: { most: 128 * KIB, unit: 'bytes', about: 'an argument of a command' },
  arguments: { most: 2 ** 21, unit: 'arguments', about: 'a process, and an event block' },
  proofPathBytes: {
    most: 64 * MIB,
    unit: 'bytes',
    about: 'the paths of a proof together, beyond `growth` times its own size',
  },
} as const satisfies Record<string, LimitRow>;

export type Limit = keyof typeof ROWS;

/** The number of each row. */
export const MOST = Object.fromEntries(Object.entries(ROWS).map(([name, { most }]) => [name, most])) as Readonly<
  Record<Limit, number>
>;

/** The most that `storedBytes` may unpack to, below a limit of its own: memory stays in proportion to what was sent. */
export function mostUnpacked(storedBytes: number, limit: number): number {
  return Math.min(limit, MOST.freeBytes + MOST.growth * storedBytes);
}

/** The generated docs/format-limits.md. */
export function limitsMarkdown(): string {
  const rows = Object.entries(ROWS).map(
    ([name, { most, unit, about }]) => `| \`${name}\` | ${most.toLocaleString('en-US')} ${unit} | ${about} |`,
  );
  return [
    '# Limits of the formats',
    '',
    '<!-- Generated from src/events/limits.ts by `npm run generate`. Do not edit. -->',
    '',
    'What a recording, in a bundle or a store, may hold at most. Whatever is above is damage: it is refused when it is read.',
    '',
    '| limit | at most | of |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
