import { callOf } from '../../syscalls/lookup.js';
import { cString, type RawRecord } from './raw-record.js';

/** The strings of a call record. */
export interface CallNames {
  /** What the string starts from. Of a process that called chroot "//" stands behind its root directory. */
  base1: string;
  path1: string;
  base2: string;
  path2: string;
  /** The mount namespace of the last string's start; 0: dk's own. */
  namespace: number;
  extra: Buffer;
}

export function namesOf(record: RawRecord): CallNames {
  const { payload } = record;
  const lengths = [record.u16('base1_len'), record.u16('path1_len'), record.u16('base2_len'), record.u16('path2_len')];
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0));
  const [base1End, path1End, base2End, path2End] = ends as [number, number, number, number];
  const base1 = record.walked(0, base1End);
  const base2 = record.walked(path1End, base2End);
  return {
    base1: base1.path,
    path1: cString(payload.subarray(base1End, path1End)),
    base2: base2.path,
    path2: cString(payload.subarray(base2End, path2End)),
    namespace: (base2End > path1End ? base2 : base1).namespace,
    extra: payload.subarray(path2End, path2End + record.u32('extra_len')),
  };
}

/** For a person. */
export function describeRecord(record: RawRecord): string {
  if (record.name !== 'call') return `a ${record.name} record`;
  const { base1, path1, base2, path2 } = namesOf(record);
  const nr = record.u32('nr');
  return `${callOf(nr)?.name ?? `system call ${nr}`} (${[base1, path1, base2, path2].filter((name) => name !== '').join(', ')})`;
}
