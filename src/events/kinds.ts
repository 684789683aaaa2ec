/**
 * THE event table. A new kind is a row here; the build then breaks until its applier
 * (timeline/appliers.ts) and its payload type (event.ts) exist. docs/events.md is generated from it.
 */
interface KindRow {
  /** Number on disk; never reused. */
  readonly code: number;
  /** True when the event changes the filesystem: the debugger steps over these. */
  readonly changes: boolean;
  /** What the user reads in the `OP` column. */
  readonly op: string;
  readonly about: string;
}

export const KINDS = {
  'file.create': { code: 1, changes: true, op: 'create', about: 'A regular file was created.' },
  'file.write': { code: 2, changes: true, op: 'write', about: 'Bytes were written at an offset.' },
  'file.truncate': { code: 3, changes: true, op: 'truncate', about: 'The size was set.' },
  'file.allocate': { code: 4, changes: true, op: 'allocate', about: 'fallocate(2), every mode.' },
  'file.copy': {
    code: 5,
    changes: true,
    op: 'copy',
    about: 'Bytes came from another file inside the kernel.',
  },
  'file.sync': { code: 6, changes: true, op: 'mapped', about: 'A shared mapping was read back (coalesced writes).' },
  'dir.create': { code: 7, changes: true, op: 'mkdir', about: 'A directory was created.' },
  'dir.remove': { code: 8, changes: true, op: 'rmdir', about: 'A directory was removed.' },
  'link.create': { code: 9, changes: true, op: 'link', about: 'A hard link was made.' },
  'symlink.create': { code: 10, changes: true, op: 'symlink', about: 'A symbolic link was made.' },
  'node.create': { code: 11, changes: true, op: 'mknod', about: 'A fifo, socket or device node was made.' },
  'path.rename': { code: 12, changes: true, op: 'rename', about: 'A name moved, replacing what stood there.' },
  'path.exchange': { code: 13, changes: true, op: 'exchange', about: 'Two names were exchanged.' },
  'path.unlink': { code: 14, changes: true, op: 'unlink', about: 'A name was removed.' },
  'meta.mode': { code: 15, changes: true, op: 'chmod', about: 'Permission bits were set.' },
  'meta.owner': { code: 16, changes: true, op: 'chown', about: 'Owner or group was set.' },
  'meta.times': { code: 17, changes: true, op: 'utimes', about: 'Times were set explicitly.' },
  'meta.xattr': { code: 18, changes: true, op: 'xattr', about: 'An extended attribute was set or removed.' },
  'sync.file': {
    code: 19,
    changes: false,
    op: 'fsync',
    about: 'One file was made durable, or a range of it was written out.',
  },
  'sync.all': { code: 20, changes: false, op: 'sync', about: 'Everything was made durable.' },
  'proc.fork': { code: 21, changes: false, op: 'fork', about: 'A process started another.' },
  'proc.exec': { code: 22, changes: false, op: 'exec', about: 'A process became another program.' },
  'proc.exit': { code: 23, changes: false, op: 'exit', about: 'A process ended.' },
  'output.write': { code: 24, changes: false, op: 'output', about: 'Bytes went to a terminal or pipe on fd 1 or 2.' },
  gap: { code: 25, changes: false, op: 'GAP', about: 'Something could not be captured; names what it affects.' },
  resync: { code: 26, changes: true, op: 'resync', about: 'The truth was read back after a gap.' },
  'meta.flags': { code: 27, changes: true, op: 'chattr', about: 'File attributes were set (chattr, FS_IOC_SETFLAGS).' },
} as const satisfies Record<string, KindRow>;

export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];

export const KIND_BY_CODE: ReadonlyMap<number, Kind> = new Map(KIND_NAMES.map((kind) => [KINDS[kind].code, kind]));

export function changesFilesystem(kind: Kind): boolean {
  return KINDS[kind].changes;
}

/** The generated docs/events.md. */
export function eventsMarkdown(): string {
  const rows = KIND_NAMES.map((kind) => {
    const { code, changes, op, about } = KINDS[kind];
    return `| \`${kind}\` | \`${op}\` | ${changes ? 'yes' : 'no'} | ${code} | ${about} |`;
  });
  return [
    '# Event kinds',
    '',
    '<!-- Generated from src/events/kinds.ts by `npm run generate`. Do not edit. -->',
    '',
    'The debugger steps over the kinds that change the filesystem; the others are shown beside them.',
    '',
    '| kind | in `dk log` | changes the filesystem | number on disk | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
