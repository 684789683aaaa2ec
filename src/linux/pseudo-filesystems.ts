/**
 * File systems whose files are not data: what is in them is made by the kernel on the spot, or is no file at all, so nothing of
 * it is recorded or rebuilt. Type as mountinfo names it, and the magic number of statfs(2) (linux/magic.h). tmpfs and ramfs hold
 * what was written into them and are not here; nor is hugetlbfs, whose files are mapped and keep what was stored.
 */
export const PSEUDO_FILESYSTEMS = {
  proc: 0x9fa0,
  sysfs: 0x62656572,
  cgroup: 0x27e0eb,
  cgroup2: 0x63677270,
  devpts: 0x1cd1,
  debugfs: 0x64626720,
  tracefs: 0x74726163,
  securityfs: 0x73636673,
  selinuxfs: 0xf97cff8c,
  smackfs: 0x43415d53,
  bpf: 0xcafe4a11,
  configfs: 0x62656570,
  mqueue: 0x19800202,
  binfmt_misc: 0x42494e4d,
  pstore: 0x6165676c,
  efivarfs: 0xde5e81e4,
  nsfs: 0x6e736673,
  pidfs: 0x50494446,
  fusectl: 0x65735543,
  autofs: 0x0187,
  rpc_pipefs: 0x67596969,
  pipefs: 0x50495045,
  sockfs: 0x534f434b,
  anon_inodefs: 0x09041934,
  resctrl: 0x07655821,
} as const;

/** The generated gen/pseudo-filesystems.h, the same for the kernel programs and the launcher: cases of a switch over the magic. */
export function pseudoHeader(licence?: string): string {
  return `${[
    ...(licence === undefined ? [] : [`/* SPDX-License-Identifier: ${licence} */`]),
    '/* Generated from src/linux/pseudo-filesystems.ts by `npm run generate`. Do not edit. */',
    '#pragma once',
    '',
    '#define PSEUDO_FILESYSTEMS \\',
    ...Object.entries(PSEUDO_FILESYSTEMS).map(([type, magic]) => `  case 0x${magic.toString(16)}: /* ${type} */ \\`),
    '',
  ].join('\n')}\n`;
}
