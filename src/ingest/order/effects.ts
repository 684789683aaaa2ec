import { FALLOC } from '../../linux/fallocate.js';
import type { EventBody } from '../event-body.js';

/** What a call does, as far as it matters which of two calls came first. */
export interface Effect {
  readonly file: number;
  readonly path: string;
  readonly content: ContentEffect | null;
  /** The bytes of another file that a copy takes. */
  readonly source: SourceRange | null;
  readonly attributes: readonly AttributeEffect[];
  readonly names: readonly NameEffect[];
}

/**
 * Bytes [offset, end) of the file. set: are other ones afterwards. grow: stay, but the file has at least that length. cut: go,
 * and the file ends at `offset`. shift: move to another offset.
 */
export interface ContentEffect {
  readonly how: 'set' | 'grow' | 'cut' | 'shift';
  readonly offset: number;
  readonly end: number;
}

export interface SourceRange {
  readonly file: number;
  readonly offset: number;
  readonly end: number;
}

/** `what` is set to `value`. */
export interface AttributeEffect {
  readonly what: 'mode' | 'owner' | 'time' | 'flags' | `attribute ${string}`;
  readonly value: string;
}

/** A name that a call needs to be there or not, and what it leaves. A `use` only looks at what it names. */
export interface NameEffect {
  readonly path: string;
  readonly needs: 'present' | 'absent' | 'either';
  readonly wasPresent: boolean;
  readonly isPresent: boolean;
  readonly isUse: boolean;
}

const NONE: readonly never[] = [];

/**
 * undefined: in whatever order, nothing differs. `byName`: the call found its file by the event's path. What a mapping
 * held (file.sync) has no time of its own, so it is not here.
 */
export function effectOf(body: EventBody, byName: boolean): Effect | undefined {
  const { file, path } = body;
  const effect = (parts: Partial<Effect>): Effect => ({
    file,
    path,
    content: null,
    source: null,
    attributes: NONE,
    names: byName ? [named(path, 'use')] : NONE,
    ...parts,
  });
  switch (body.kind) {
    case 'file.write': // the most frequent one
      return { file, path, content: range('set', body), source: null, attributes: NONE, names: NONE };
    case 'file.copy': {
      const source = { file: body.from, offset: body.fromOffset, end: body.fromOffset + body.length };
      return effect({ content: range('set', body), source });
    }
    case 'file.truncate':
      return effect({ content: { how: 'cut', offset: body.sizeBytes, end: Number.POSITIVE_INFINITY } });
    case 'file.allocate':
      return effect({ content: allocation(body) });
    case 'meta.mode':
      return effect({ attributes: [{ what: 'mode', value: String(body.mode) }] });
    case 'meta.owner':
      return effect({ attributes: [{ what: 'owner', value: `${body.uid}:${body.gid}` }] });
    case 'meta.times':
      if (body.mtimeNs === null) return byName ? effect({}) : undefined;
      return effect({ attributes: [{ what: 'time', value: String(body.mtimeNs) }] });
    case 'meta.xattr': {
      const value = body.value === null ? 'removed' : Buffer.from(body.value).toString('latin1');
      const set: AttributeEffect = { what: `attribute ${body.name}`, value };
      const mode = body.also?.mode ?? null;
      return effect({ attributes: mode === null ? [set] : [set, { what: 'mode', value: String(mode) }] });
    }
    case 'meta.flags':
      return effect({ attributes: [{ what: 'flags', value: `${body.flags & body.mask}` }] });
    case 'file.create':
    case 'dir.create':
    case 'symlink.create':
    case 'node.create':
      return path === '' ? undefined : effect({ names: [named(path, 'made')] });
    case 'link.create':
      return effect({ names: [...(byName ? [named(path, 'use')] : NONE), named(body.newPath, 'made')] });
    case 'path.unlink':
    case 'dir.remove':
      return effect({ names: [named(path, 'gone')] });
    case 'path.rename':
      return effect({
        names: [named(path, 'gone'), { ...named(body.newPath, 'put'), wasPresent: body.replaced !== 0 }],
      });
    case 'path.exchange':
      return effect({ names: [named(path, 'swapped'), named(body.newPath, 'swapped')] });
    default:
      return undefined;
  }
}

function range(how: ContentEffect['how'], { offset, length }: { offset: number; length: number }): ContentEffect {
  return { how, offset, end: offset + length };
}

function allocation(body: { mode: number; offset: number; length: number }): ContentEffect | null {
  const { mode, offset } = body;
  if ((mode & (FALLOC.collapseRange | FALLOC.insertRange)) !== 0)
    return { how: 'shift', offset, end: Number.POSITIVE_INFINITY };
  if ((mode & (FALLOC.punchHole | FALLOC.zeroRange)) !== 0) return range('set', body);
  return (mode & FALLOC.keepSize) !== 0 ? null : range('grow', body);
}

const NAME_EFFECTS = {
  use: { needs: 'present', wasPresent: true, isPresent: true, isUse: true },
  made: { needs: 'absent', wasPresent: false, isPresent: true, isUse: false },
  gone: { needs: 'present', wasPresent: true, isPresent: false, isUse: false },
  /** By rename: over what stands there, if anything does. */
  put: { needs: 'either', wasPresent: true, isPresent: true, isUse: false },
  swapped: { needs: 'present', wasPresent: true, isPresent: true, isUse: false },
} as const;

function named(path: string, effect: keyof typeof NAME_EFFECTS): NameEffect {
  return { path, ...NAME_EFFECTS[effect] };
}
