/** FALLOC_FL_ bits of fallocate(2). */
export const FALLOC = {
  keepSize: 0x01,
  punchHole: 0x02,
  collapseRange: 0x08,
  zeroRange: 0x10,
  insertRange: 0x20,
} as const;
