/** Of a stat: numbers from 2^63 on, which FUSE and overlayfs (xino) have, are negative there. */
export function inodeNumber({ ino }: { ino: bigint }): bigint {
  return BigInt.asUintN(64, ino);
}
