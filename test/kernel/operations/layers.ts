import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  created,
  ended,
  type Expected,
  linked,
  modeSet,
  type OperationCase,
  pattern,
  renamed,
  unlinked,
  wrote,
} from './case.js';
import { O, RWF } from './constants.js';

const old = pattern(5000, 1);
const source = pattern(300, 2);
/** A file f with the further name g, another file h, and a source s, all in the lower layer. */
const lower = (folder: string) => {
  writeFileSync(join(folder, 'f'), old, { mode: 0o644 });
  linkSync(join(folder, 'f'), join(folder, 'g'));
  writeFileSync(join(folder, 'h'), old, { mode: 0o644 });
  writeFileSync(join(folder, 's'), source);
};
/** The name has become a file of its own. */
const separated = (path: string): Expected => ({
  kind: 'resync',
  path,
  truth: expect.objectContaining({ sizeBytes: old.length }),
  nlink: null,
  bytes: old,
});
const synced = (path: string, offset: number, bytes: Buffer): Expected => ({
  kind: 'file.sync',
  path,
  offset,
  length: bytes.length,
  bytes,
});

export const LAYERED: readonly OperationCase[] = [
  {
    name: 'a shared mapping, which has the inode of the upper layer',
    before: lower,
    calls: [
      `a=open 'h ${O.RDWR}`,
      'm=mmap 0 5000 3 1 $a 0',
      `s=open 's ${O.RDONLY}`,
      'read $s $m 300',
      'munmap $m 5000',
      'write $a b:2:3 2',
    ],
    events: [
      synced('h', 0, Buffer.concat([source, old.subarray(300, 4096)])), // the other page is not present
      wrote('h', 0, pattern(2, 3)),
      ended(),
    ],
  },
  {
    name: 'chmod copies up, and a write follows',
    before: lower,
    calls: ["chmod 'h 0600", `a=open 'h ${O.WRONLY}`, 'write $a b:9:3 9'],
    events: [modeSet('h', 0o600), wrote('h', 0, pattern(9, 3)), ended()],
  },
  {
    name: 'a write through one name of a hard link separates it',
    before: lower,
    calls: [`a=open 'g ${O.WRONLY}`, 'write $a b:9:3 9', `b=open 'f ${O.WRONLY}`, 'write $b b:7:4 7'],
    events: [separated('g'), wrote('g', 0, pattern(9, 3)), separated('f'), wrote('f', 0, pattern(7, 4)), ended()],
  },
  {
    name: 'opening one name of a hard link for writing separates it',
    before: lower,
    calls: [`a=open 'g ${O.WRONLY}`, "chmod 'f 0600"],
    events: [separated('g'), separated('f'), modeSet('f', 0o600), ended()],
  },
  {
    name: 'one name of a hard link is linked again, and renamed over the other',
    before: lower,
    calls: ["link 'g 'i", "rename 'g 'f", "chmod 'i 0600"],
    events: [separated('g'), linked('g', 'i'), renamed('g', 'f', 'f'), modeSet('i', 0o600), ended()],
  },
  {
    name: 'an unlink separates nothing',
    before: lower,
    calls: ["unlink 'f", "rename 'g 'g"],
    events: [unlinked('f'), ended()],
  },
  {
    name: 'further names of a file with one, and a write through one of them',
    before: lower,
    calls: ["link 'h 'i", "link 'i 'j", `a=open 'j ${O.WRONLY}`, 'write $a b:9:3 9', "chmod 'h 0600"],
    events: [linked('h', 'i'), linked('i', 'j'), wrote('j', 0, pattern(9, 3)), modeSet('h', 0o600), ended()],
  },
  {
    name: 'RWF_NOAPPEND on an O_APPEND descriptor appends here',
    before: lower,
    calls: [`a=open 'h ${O.WRONLY | O.APPEND}`, `pwritev2 $a v:5:10 1 2 0 ${RWF.NOAPPEND}`],
    events: [wrote('h', old.length, pattern(5, 10)), ended()],
  },
  {
    name: 'an inode number that is used again',
    calls: [
      `a=open 'n ${O.WRONLY | O.CREAT} 0644`,
      'write $a b:5:1 5',
      'close $a',
      "unlink 'n",
      "mknod 'm 0100644 0",
      `a=open 'm ${O.WRONLY}`,
      'write $a b:6:2 6',
    ],
    events: [
      created('n'),
      wrote('n', 0, pattern(5, 1)),
      unlinked('n'),
      created('m'),
      wrote('m', 0, pattern(6, 2)),
      ended(),
    ],
  },
];
