import { statSync } from 'node:fs';
import type { CapturedBytes, OutOfRing } from '../operation.js';
import type { Preimages } from './preimages.js';
import { readRange, spelledOut } from './read-range.js';

/** The bytes of a write that went around the ring (abi.ts, aside), as far as the guard has them. */
export function bytesOutOfRing(
  preimages: Pick<Preimages, 'setAside'>,
  call: OutOfRing & { enteredNs: bigint },
  length: number,
): CapturedBytes {
  const saved = preimages.setAside(call);
  const there = saved === undefined ? 0 : (statSync(saved.file, { throwIfNoEntry: false })?.size ?? 0);
  const have = Math.min(saved?.length ?? 0, there, length);
  const missing = have === length ? [] : [{ at: have, length: length - have }];
  return { data: saved === undefined || have === 0 ? null : read(saved.file, have, length - have), missing };
}

function* read(file: string, length: number, missing: number): Generator<Uint8Array> {
  yield* spelledOut(readRange(file, 0, length));
  yield* spelledOut([{ zeros: missing }]);
}
