import { FALLOC } from '../../linux/fallocate.js';
import { type AskedFlags, FILE_FLAGS, flagsOfFsxattr } from '../../linux/file-flags.js';
import type { Ioctl } from '../../syscalls/lookup.js';

/** fallocate(2) by another name. */
interface Reservation {
  mode: number;
  offset: number;
  length: number;
}

/** What the command did to its file; undefined when that is not known. `argument`: what its argument pointed to. */
export function changeByIoctl(ioctl: Ioctl, argument: Buffer): AskedFlags | Reservation | undefined {
  switch (ioctl.way) {
    case 'flags':
      return { flags: argument.readUInt32LE(0), mask: 0xffffffff, project: null };
    case 'fsxattr':
      return flagsOfFsxattr(argument);
    case 'verity':
      return { flags: FILE_FLAGS.verity, mask: FILE_FLAGS.verity, project: null };
    case 'encrypt':
      return { flags: FILE_FLAGS.encrypt, mask: FILE_FLAGS.encrypt, project: null };
    case 'space':
      return reservation(ioctl.name, argument);
    default:
      return undefined;
  }
}

/** struct space_resv (linux/falloc.h). What does not count from the start of the file is not known. */
function reservation(name: string, argument: Buffer): Reservation | undefined {
  const [whence, start, length] = [argument.readInt16LE(2), argument.readBigInt64LE(8), argument.readBigInt64LE(16)];
  if (whence !== 0) return undefined;
  const what = name.includes('ZERO') ? FALLOC.zeroRange : name.includes('UNRESV') ? FALLOC.punchHole : 0;
  return { mode: FALLOC.keepSize | what, offset: Number(start), length: Number(length) };
}

export function causeOfIoctl(command: number, ioctl: Ioctl | undefined): string {
  const hex = `0x${command.toString(16)}`;
  if (ioctl === undefined) return `ioctl ${hex}, which is not followed`;
  return `ioctl ${ioctl.name}: ${ioctl.why ?? 'where it begins is not known'}`;
}
