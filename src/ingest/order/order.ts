import { isSameInode } from '../../linux/inode-identity.js';
import { isCall, type Operation } from '../operation.js';
import type { Looks } from './looks.js';
import { insertByEnd } from './order-of-ends.js';

/**
 * Operations are kept back, to put them into the order in which calls ended: a processor that is interrupted sends its record
 * late. And two calls that overlapped may have taken effect the other way round: when one does not fit, the one that explains
 * it follows within a scheduling delay.
 */
const KEPT_OPERATIONS = 4096;
const KEPT_NS = 20e6;

/** What takes operations in their order (apply/apply.ts). */
export interface Taker {
  /** `trusts`: nothing that could explain the operation is left. */
  take(op: Operation, trusts: boolean): 'done' | 'too-early';
  giveUp(op: Operation): void;
}

/** Gives operations on in the order in which they took effect: that of their ends, unless looks or the tree show another. */
export class Order {
  private queue: Operation[] = [];
  private head = 0;
  /** In the queue, but taken before their turn. */
  private readonly taken = new Set<Operation>();

  constructor(
    private readonly looks: Looks,
    private readonly taker: Taker,
  ) {}

  add(op: Operation): void {
    insertByEnd(this.queue, op);
    this.looks.queued(op);
  }

  /** Gives on what nothing can come before any more; everything when `keepsBack` is false. */
  drain(keepsBack: boolean): void {
    const keep = keepsBack ? KEPT_OPERATIONS : 0;
    const untilNs = (this.queue.at(-1)?.exitNs ?? 0) - (keepsBack ? KEPT_NS : 0);
    while (this.queue.length - this.head > keep) {
      const op = this.queue[this.head] as Operation;
      if (op.exitNs > untilNs) break;
      this.head += 1;
      if (!this.taken.delete(op)) this.takeInOrder(op);
    }
    this.queue = this.queue.slice(this.head);
    this.head = 0;
  }

  /** What looks show to have come before is taken first. */
  private takeInOrder(op: Operation): void {
    for (const earlier of this.looks.before(op, this.waiting())) {
      if (this.taken.has(earlier) || this.queue.indexOf(earlier, this.head) < 0) continue;
      this.taken.add(earlier);
      this.take(earlier);
    }
    this.take(op);
  }

  private *waiting(): Generator<Operation> {
    for (let i = this.head; i < this.queue.length; i++) {
      const op = this.queue[i] as Operation;
      if (!this.taken.has(op)) yield op;
    }
  }

  private take(op: Operation): void {
    this.looks.taken(op);
    if (this.taker.take(op, false) === 'done') return;
    // Let calls that overlapped this one go first, one by one, until it fits.
    for (let i = this.head; i < this.queue.length; i++) {
      const other = this.queue[i] as Operation;
      if (other.enterNs > op.exitNs || !mayExplain(other, op) || this.taken.has(other)) continue;
      if (this.taker.take(other, false) !== 'done') continue;
      this.taken.add(other);
      this.looks.taken(other);
      if (this.taker.take(op, false) === 'done') return;
    }
    if (this.taker.take(op, true) !== 'done') this.taker.giveUp(op);
  }
}

/** A call may have made what `op` needs; a first sight tells what its inode is. */
function mayExplain(other: Operation, op: Operation): boolean {
  if (other.does === 'sight') return op.inode !== undefined && isSameInode(other.inode, op.inode);
  return isCall(other);
}
