import { addon } from '../native/addon.js';
import type { CheckoutTools } from '../timeline/checkout-node.js';

/** The system calls that Node has not, as far as the addon is there: without it a checkout says what it leaves out. */
export function checkoutTools(): CheckoutTools {
  try {
    const { lgetxattrs, lsetxattr, lutimes } = addon();
    return { readXattrs: lgetxattrs, setXattr: lsetxattr, setTimes: lutimes };
  } catch {
    return {};
  }
}
