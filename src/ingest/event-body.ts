import type { EventToWrite } from './writer.js';

/** Who did it and when: what `emit` takes from the record. */
export type Attribution = Pick<EventToWrite, 'tsNs' | 'durNs' | 'pid' | 'tid' | 'comm' | 'proc'>;
/** Distributes over the union, so that a kind keeps its own fields. */
type WithoutCommon<E> = E extends unknown ? Omit<E, keyof Attribution> : never;
export type EventBody = WithoutCommon<EventToWrite>;
