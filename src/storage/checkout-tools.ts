import { addon } from '../native/addon.js';
import type { CheckoutTools } from '../timeline/checkout-node.js';
import { type LiveReader, liveReader, type WithRights } from '../timeline/live-files.js';
import type { ProofOptions } from '../timeline/proof.js';

/** The system calls that Node has not, as far as the addon is there: without it a checkout says what it leaves out. */
export function checkoutTools(): CheckoutTools {
  try {
    const { lgetxattrs, lsetxattr, setFlags, lutimes, makeNode } = addon();
    return { readXattrs: lgetxattrs, setXattr: lsetxattr, setFlags, setTimes: lutimes, makeNode };
  } catch {
    return {};
  }
}

/** Files as they are now; holes are told from data. `rights`: with which they are opened. */
export function liveTree(rights?: WithRights): LiveReader {
  return liveReader(proofTools().findData, rights);
}

/** The same for a proof. */
export function proofTools(): Pick<ProofOptions, 'readXattrs' | 'readFlags' | 'findData'> {
  try {
    const { lgetxattrs, getFlags, nextData } = addon();
    return { readXattrs: lgetxattrs, readFlags: getFlags, findData: nextData };
  } catch {
    return {};
  }
}
