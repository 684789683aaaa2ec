/**
 * Values of the index that are not events.
 *
 *   history   sequence numbers: first uint, then each less the one before, uint
 *   piece     length uint · blobOff uint · SHA-256, 32 bytes, or nothing for zeros (version 2)
 *   process   pid sint · parent · firstSeq · lastSeq uint · exe · cwd text · argv count uint, texts
 */
import type { Sha256 } from '../cas/types.js';
import type { ProcessInfo } from '../events/event.js';
import { MOST } from '../events/limits.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { texts } from './field-codecs.js';
import type { StreamPiece } from './types.js';

const SHA256_BYTES = 32;

export function encodeHistory(seqs: readonly number[]): Buffer {
  const out = new ByteWriter(seqs.length * 2 + 8);
  let previous = 0;
  for (const seq of seqs) {
    out.uint(seq - previous);
    previous = seq;
  }
  return Buffer.from(out.view());
}

/** Ascending, all above `after`, none above `most`: so a hostile history is no longer than the recording. */
export function decodeHistory(value: Buffer, bounds: { after: number; most: number }, where: string): number[] {
  const reader = new ByteReader(value, where);
  const seqs: number[] = [];
  let seq = 0;
  while (reader.left > 0) {
    const last = seqs.length === 0 ? bounds.after : seq;
    seq += reader.uint();
    if (seq <= last || seq > bounds.most) reader.damaged('it names an event that is not there');
    seqs.push(seq);
  }
  return seqs;
}

export function encodePiece(piece: StreamPiece): Buffer {
  const out = new ByteWriter(SHA256_BYTES + 16);
  out.uint(piece.length);
  out.uint(piece.blobOff);
  if (piece.sha256 !== null) out.raw(Buffer.from(piece.sha256, 'hex'));
  return Buffer.from(out.view());
}

export function decodePiece(off: number, value: Buffer, where: string): StreamPiece {
  const reader = new ByteReader(value, where);
  const length = reader.uint();
  const blobOff = reader.uint();
  const sha256: Sha256 | null = reader.left === 0 ? null : reader.raw(SHA256_BYTES).toString('hex');
  const endOfBlob = sha256 === null ? 0 : blobOff + length;
  if (off + length > Number.MAX_SAFE_INTEGER || endOfBlob > MOST.objectBytes) reader.damaged('a piece is too long');
  return { off, length, sha256, blobOff };
}

export function encodeProcess(info: ProcessInfo): Buffer {
  const out = new ByteWriter(256);
  out.sint(info.pid);
  for (const number of [info.parent, info.firstSeq, info.lastSeq]) out.uint(number);
  out.text(info.exe);
  out.text(info.cwd);
  texts.put(out, info.argv, NO_FILE);
  return Buffer.from(out.view());
}

export function decodeProcess(proc: number, value: Buffer, where: string): ProcessInfo {
  const reader = new ByteReader(value, where);
  const pid = reader.sint();
  const [parent, firstSeq, lastSeq] = [reader.uint(), reader.uint(), reader.uint()];
  const [exe, cwd] = [reader.text(), reader.text()];
  return { proc, pid, parent, firstSeq, lastSeq, exe, cwd, argv: texts.get(reader, NO_FILE) };
}

const NO_FILE = { file: 0, path: undefined, end: 0, dataEnd: 0 };
