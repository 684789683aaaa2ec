import { describe, expect, it } from 'vitest';
import { accessList, listAfterChmod, newNode } from '../../../src/linux/attributes.js';

const [USER_OBJ, USER, GROUP_OBJ, MASK, OTHER] = [1, 2, 4, 0x10, 0x20];

function list(...entries: [tag: number, permissions: number][]): Buffer {
  const out = Buffer.alloc(4 + 8 * entries.length);
  out.writeUInt32LE(2, 0);
  entries.forEach(([tag, permissions], i) => {
    out.writeUInt16LE(tag, 4 + 8 * i);
    out.writeUInt16LE(permissions, 6 + 8 * i);
  });
  return out;
}
const named = list([USER_OBJ, 7], [USER, 7], [GROUP_OBJ, 5], [MASK, 7], [OTHER, 5]);
const parent = { mode: 0o40755, gid: 9 };
const asked = { type: 0o040000, mode: 0o777, umask: 0o077, fsuid: 1, fsgid: 2 };

describe('a new node', () => {
  it('gets the umask where its directory has no default list', () => {
    expect(newNode(asked, parent)).toEqual({ mode: 0o40700, uid: 1, gid: 2 });
  });

  it('gets the permissions of the default list instead', () => {
    expect(newNode(asked, parent, named).mode).toBe(0o40775);
    expect(newNode({ ...asked, mode: 0o700 }, parent, named).mode).toBe(0o40700);
  });
});

describe('chmod of a file with a list', () => {
  it('sets the mask, and leaves the group and named users', () => {
    const after = list([USER_OBJ, 6], [USER, 7], [GROUP_OBJ, 5], [MASK, 0], [OTHER, 1]);
    expect(listAfterChmod(named, 0o601)).toEqual(after);
    expect(accessList(after)).toEqual({ permissions: 0o601, isMinimal: false });
  });

  it('sets the group where there is no mask', () => {
    const minimal = list([USER_OBJ, 7], [GROUP_OBJ, 5], [OTHER, 5]);
    expect(listAfterChmod(minimal, 0o640)).toEqual(list([USER_OBJ, 6], [GROUP_OBJ, 4], [OTHER, 0]));
  });
});
