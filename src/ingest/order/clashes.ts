import { dirname } from 'node:path';
import type { AttributeEffect, ContentEffect, Effect, NameEffect } from './effects.js';

/** Two calls at the same time, of which it matters which came first. */
export interface Clash {
  cause: string;
  /** Bytes of one file; null: the file as a whole, in both calls. */
  bytes: { file: number; path: string; offset: number; length: number } | null;
}

/** What the later call's record says of the file as it was when that call returned: proof that the order is right. */
export interface Proof {
  size: boolean;
  mode: boolean;
  owner: boolean;
}

/**
 * Whether the state would differ, had `later` taken effect before `earlier`. Undefined when not, when the tree would not
 * have let it happen in that order, and when `proof` excludes it.
 */
export function clashOf(earlier: Effect, later: Effect, proof: Proof): Clash | undefined {
  return (
    (earlier.file === later.file ? sameFile(earlier, later, proof) : undefined) ??
    copied(earlier, later) ??
    copied(later, earlier) ??
    (earlier.names.length === 0 || later.names.length === 0 ? undefined : sameName(earlier, later)) ??
    dirTime(earlier, later) ??
    dirTime(later, earlier)
  );
}

const SET_ID_BITS = 0o6000;

function sameFile(earlier: Effect, later: Effect, proof: Proof): Clash | undefined {
  const { content: a } = earlier;
  const { content: b } = later;
  if (a !== null && b !== null) {
    const bytes = sameBytes(a, b, proof);
    if (bytes === 'length') return whole('two threads wrote and cut the file at the same time');
    if (bytes !== undefined)
      return {
        cause: 'two threads wrote the same bytes at the same time',
        bytes: { file: later.file, path: later.path, ...bytes },
      };
  }
  for (const { what, value } of earlier.attributes) {
    const other = later.attributes.find((set) => set.what === what);
    if (other === undefined || other.value === value) continue;
    if ((what === 'mode' && proof.mode) || (what === 'owner' && proof.owner)) continue;
    return whole(`two threads set the ${what} at the same time`);
  }
  return asideOf(earlier, later, proof) ?? asideOf(later, earlier, proof);
}

/** What changing the content or the owner does besides: it moves the time and takes set-id bits. */
function asideOf(setting: Effect, other: Effect, proof: Proof): Clash | undefined {
  if (setting.attributes.length === 0) return undefined;
  if (other.content !== null && setting.attributes.some(isTime))
    return whole('the time was set while another thread wrote');
  const takesRights = other.content !== null || other.attributes.some(({ what }) => what === 'owner');
  if (takesRights && !proof.mode && setting.attributes.some(hasSetId))
    return whole('set-id bits were set while another thread wrote to the file or gave it away');
  return undefined;
}

function hasSetId({ what, value }: AttributeEffect): boolean {
  return what === 'mode' && (Number(value) & SET_ID_BITS) !== 0;
}

function isTime({ what }: AttributeEffect): boolean {
  return what === 'time';
}

function whole(cause: string): Clash {
  return { cause, bytes: null };
}

/** The bytes that both change; 'length' when the file's length depends on the order, too. */
function sameBytes(
  a: ContentEffect,
  b: ContentEffect,
  proof: Proof,
): 'length' | { offset: number; length: number } | undefined {
  const offset = Math.max(a.offset, b.offset);
  const end = Math.min(a.end, b.end);
  if (offset >= end) return undefined;
  if (a.how === 'shift' || b.how === 'shift') return 'length';
  if (a.how === 'cut' || b.how === 'cut') {
    const isEqual = a.how === b.how && a.offset === b.offset;
    return isEqual || proof.size ? undefined : 'length';
  }
  return a.how === 'grow' || b.how === 'grow' ? undefined : { offset, length: end - offset };
}

/** A copy of bytes that another thread changed. */
function copied(copy: Effect, other: Effect): Clash | undefined {
  const { source, content } = copy;
  if (source === null || content === null || other.content === null || source.file !== other.file) return undefined;
  if (source.offset >= other.content.end || other.content.offset >= source.end) return undefined;
  if (other.content.how === 'grow') return undefined;
  const { file, path } = copy;
  const bytes = { file, path, offset: content.offset, length: content.end - content.offset };
  return { cause: 'bytes were copied while another thread changed them', bytes };
}

function sameName(earlier: Effect, later: Effect): Clash | undefined {
  for (const a of earlier.names) {
    for (const b of later.names) {
      if (a.path === b.path && !(a.isUse && b.isUse) && couldSwap(a, b)) {
        return whole('two threads changed what a name stands for at the same time');
      }
    }
  }
  return undefined;
}

/** Whether the tree would have let `later` happen first. */
function couldSwap(earlier: NameEffect, later: NameEffect): boolean {
  return fits(later.needs, earlier.wasPresent) && fits(earlier.needs, later.isPresent);
}

function fits(needs: NameEffect['needs'], isPresent: boolean): boolean {
  return needs === 'either' || (needs === 'present') === isPresent;
}

/** What changes the names in a directory moves its time. */
function dirTime(setting: Effect, naming: Effect): Clash | undefined {
  if (naming.names.length === 0 || !setting.attributes.some(isTime)) return undefined;
  const isIn = naming.names.some(({ path, isUse }) => !isUse && dirname(path) === setting.path);
  return isIn ? whole('the time of a directory was set while another thread changed its names') : undefined;
}
