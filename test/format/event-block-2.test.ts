/** An event block of version 2 that is kept for ever, as version-1.test.ts keeps a bundle. DK_WRITE_FIXTURE=1 writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DkEvent, SideEffects } from '../../src/events/event.js';
import type { Kind } from '../../src/events/kinds.js';
import { decodeEventBlock, encodeEventBlock } from '../../src/index/event-block.js';
import { FIRST_KINDS } from '../support/every-kind.js';

const FIXTURE = join(import.meta.dirname, 'fixtures/event-block-2');

const ALSO: Partial<Record<Kind, SideEffects>> = {
  'file.write': { mode: 0o755, xattrs: { 'security.capability': null } },
  'meta.owner': { mode: 0, xattrs: {} },
  'meta.mode': { mode: null, xattrs: { 'system.posix_acl_access': new Uint8Array([2, 0, 0, 0]), 'user.ü': null } },
};
const events = FIRST_KINDS.map((event): DkEvent => {
  const also = ALSO[event.kind];
  return also === undefined ? event : { ...event, also };
});

it('an event block with side effects reads as on the day it was made', () => {
  if (process.env.DK_WRITE_FIXTURE === '1') writeFileSync(FIXTURE, encodeEventBlock(events));
  expect(decodeEventBlock(readFileSync(FIXTURE), 1, FIXTURE)).toStrictEqual(events);
});

it('a block without side effects keeps version 1, which older programs read', () => {
  expect(encodeEventBlock(FIRST_KINDS)[0]).toBe(1);
  expect(readFileSync(FIXTURE)[0]).toBe(2);
});
