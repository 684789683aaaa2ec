import type { AskedTimes } from '../operation.js';

const NOW: AskedTimes = { atimeNs: null, mtimeNs: null, mtimeNow: true };

const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;
const SECOND = 1_000_000_000n;

/** utimensat: two timespecs, or none for now. undefined: both were left alone, which not even looks at the file. */
export function timesOfTimespecs(bytes: Buffer): AskedTimes | undefined {
  if (bytes.length < 32) return NOW;
  const [a, m] = [bytes.readBigInt64LE(8), bytes.readBigInt64LE(24)];
  if (a === UTIME_OMIT && m === UTIME_OMIT) return undefined;
  const time = (at: number, ns: bigint) =>
    ns === UTIME_NOW || ns === UTIME_OMIT ? null : bytes.readBigInt64LE(at) * SECOND + ns;
  return { atimeNs: time(0, a), mtimeNs: time(16, m), mtimeNow: m === UTIME_NOW };
}

/** utimes, futimesat: two timevals. */
export function timesOfTimevals(bytes: Buffer): AskedTimes {
  if (bytes.length < 32) return NOW;
  const time = (at: number) => bytes.readBigInt64LE(at) * SECOND + bytes.readBigInt64LE(at + 8) * 1000n;
  return { atimeNs: time(0), mtimeNs: time(16), mtimeNow: false };
}

/** utime: a struct utimbuf of seconds. */
export function timesOfUtimbuf(bytes: Buffer): AskedTimes {
  if (bytes.length < 16) return NOW;
  return { atimeNs: bytes.readBigInt64LE(0) * SECOND, mtimeNs: bytes.readBigInt64LE(8) * SECOND, mtimeNow: false };
}
