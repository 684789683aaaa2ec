import { cString, pathOfNames, type RawRecord } from './raw-record.js';

/** The strings of a call record. */
export interface CallNames {
  base1: string;
  path1: string;
  base2: string;
  path2: string;
  extra: Buffer;
}

export function namesOf(record: RawRecord): CallNames {
  const { payload } = record;
  const lengths = [record.u16('base1_len'), record.u16('path1_len'), record.u16('base2_len'), record.u16('path2_len')];
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    parts.push(payload.subarray(at, at + length));
    at += length;
  }
  const [base1, path1, base2, path2] = parts as [Buffer, Buffer, Buffer, Buffer];
  return {
    base1: pathOfNames(base1),
    path1: cString(path1),
    base2: pathOfNames(base2),
    path2: cString(path2),
    extra: payload.subarray(at, at + record.u32('extra_len')),
  };
}
