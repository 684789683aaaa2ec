import { OUTPUT_FILES } from '../../events/event.js';
import { extentsBetween } from '../../timeline/extents.js';
import { HOLE, UNKNOWN } from '../../timeline/types.js';
import { bytesOutOfRing } from '../bytes/out-of-ring.js';
import { type MappedPages, PAGE_BYTES } from '../bytes/mapped-pages.js';
import type { Preimages } from '../bytes/preimages.js';
import { findInWindow } from '../bytes/window-search.js';
import type { Model } from '../names/model.js';
import type { CapturedBytes, OperationOf, OutOfRing } from '../operation.js';
import type { Races } from '../order/races.js';
import type { Appliers } from './applier.js';
import { EVERYTHING, type Emitter } from './emitter.js';
import { knownNode } from './known-node.js';
import { modeAfter, removedPrivileges, withSideEffects } from './removed-privileges.js';
import type { Targets } from './targets.js';
import { emitTruncated } from './truncated.js';

export interface ContentParts {
  model: Model;
  targets: Targets;
  emitter: Emitter;
  preimages: Preimages;
  mappedPages: MappedPages;
  races: Races;
  monotonic: (ns: number) => bigint;
}

type ContentAppliers = Pick<
  Appliers,
  'write' | 'read-mapping' | 'print' | 'copy' | 'truncate' | 'allocate' | 'map' | 'sync' | 'sync-all'
>;

/** What files hold, and what was printed. */
export function contentAppliers(parts: ContentParts): ContentAppliers {
  const { model, targets, emitter, mappedPages, races } = parts;
  const removed = (file: number, mode: number | undefined) => removedPrivileges(knownNode(model, file), mode);
  return {
    write: (op, trusts) =>
      targets.onInode(op, trusts, ({ file, path }) => {
        const { data, missing } = captured(parts, op);
        const found = op.isAmbiguous
          ? findInWindow(op, data, races.writesMeanwhile(file, op), model.sizeOf(file))
          : undefined;
        const offset = found ?? op.offset;
        const written = { kind: 'file.write', file, path, offset, length: op.length } as const;
        emitter.emit(op, withSideEffects(written, removed(file, modeAfter(op.inode))), data);
        for (const { at, length } of missing)
          emitter.emitGap(op, 'written bytes could not be read', { file, path, offset: offset + at, length });
        if (op.isAmbiguous && found === undefined)
          emitter.emitGap(op, 'the shared file position moved during the write', { file, path });
      }),

    'read-mapping': (op, trusts) =>
      targets.onInode(op, trusts, ({ file, path }) => {
        const held = Buffer.concat([...(op.bytes.data ?? [])]);
        const news = mappedPages.news(file, op.offset, held, (at) => isHole(model, file, at));
        if (news === undefined) return;
        const { offset, bytes } = news;
        emitter.emit(op, { kind: 'file.sync', file, path, offset, length: bytes.length }, [bytes]);
      }),

    print: (op) => {
      const { fd, length } = op;
      const { data, missing } = captured(parts, op);
      emitter.emit(op, { kind: 'output.write', file: OUTPUT_FILES[fd], path: '', fd, length }, data);
      if (missing.length > 0) emitter.emitGap(op, 'printed bytes could not be read', EVERYTHING);
      return 'done';
    },

    copy: (op, trusts) =>
      targets.onInode(op, trusts, ({ file, path }) => {
        const { offset, length, fromOffset } = op;
        const from = op.source === null ? 0 : (model.fileOf(op.source) ?? 0);
        const copied = { kind: 'file.copy', file, path, offset, length, from, fromOffset } as const;
        emitter.emit(op, withSideEffects(copied, removed(file, modeAfter(op.inode))));
        const cause = whyUnknown(model, file, from, op);
        if (cause !== undefined) emitter.emitGap(op, cause, { file, path, offset, length });
        if (op.isAmbiguous) emitter.emitGap(op, 'the shared file position moved during the copy', { file, path });
      }),

    truncate: (op, trusts) => targets.onFile(op, trusts, (at) => emitTruncated(parts, op, at, op.sizeBytes)),

    allocate: (op, trusts) =>
      targets.onInode(op, trusts, ({ file, path }) => {
        const { mode, offset, length } = op;
        const event = { kind: 'file.allocate', file, path, mode, offset, length } as const;
        emitter.emit(op, withSideEffects(event, removed(file, modeAfter(op.inode))));
      }),

    map: (op, trusts) => targets.onInode(op, trusts, ({ file }) => emitter.mapped(op, file)),

    sync: (op) => {
      const { dataOnly } = op;
      const known = op.inode === undefined ? undefined : model.fileOf(op.inode);
      const path = known === undefined ? '' : targets.pathOf(op, known);
      emitter.emit(op, { kind: 'sync.file', file: known ?? 0, path, dataOnly });
      return 'done';
    },

    'sync-all': (op) => {
      emitter.emit(op, { kind: 'sync.all', file: 0, path: '' });
      return 'done';
    },
  };
}

function captured(
  { preimages, monotonic }: ContentParts,
  op: OperationOf<'write'> | OperationOf<'print'>,
): CapturedBytes {
  if (!isOutOfRing(op.bytes)) return op.bytes;
  return bytesOutOfRing(preimages, { ...op.bytes, enteredNs: monotonic(op.enterNs) }, op.length);
}

function isOutOfRing(bytes: CapturedBytes | OutOfRing): bytes is OutOfRing {
  return 'address' in bytes;
}

/** Whether the page at `offset` was never written. */
function isHole({ state }: Model, file: number, offset: number): boolean {
  const content = state.rec(file)?.extents;
  if (content === undefined) return false;
  for (const extent of extentsBetween(content, offset, PAGE_BYTES)) if (extent.stream !== HOLE) return false;
  return true;
}

/** Why the bytes that were copied are not known; undefined when they are. */
function whyUnknown(
  { state }: Model,
  file: number,
  from: number,
  { offset, length, fromOffset }: { offset: number; length: number; fromOffset: number },
): string | undefined {
  if (from === 0) return 'bytes came from an unknown file';
  if (from === file && offset < fromOffset + length && fromOffset < offset + length)
    return 'a copy of a file into itself';
  const content = state.rec(file)?.extents ?? null;
  for (const extent of extentsBetween(content, offset, length)) {
    if (extent.stream === UNKNOWN) return 'the copied bytes are not known';
  }
  return undefined;
}
