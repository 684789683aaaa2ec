import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../../src/events/byte-string.js';
import type { DkEvent } from '../../../src/events/event.js';
import { decodeEventBlock, encodeEventBlock, eventBlockSize } from '../../../src/index/event-block.js';
import { eventsFrom } from '../../support/arbitrary-events.js';

const write = (seq: number, offset: number): DkEvent => ({
  seq,
  tsNs: seq * 20_000,
  durNs: 900,
  pid: 7,
  tid: 7,
  comm: 'cc',
  proc: 1,
  file: 20,
  path: '/w/a.o',
  kind: 'file.write',
  offset,
  length: 64,
  data: { stream: 41, off: offset },
});

describe('event block', () => {
  it('gives back every event exactly, whatever its kind and values', () => {
    fc.assert(
      fc.property(eventsFrom(1, 40), (events) => {
        const block = encodeEventBlock(events);
        expect(eventBlockSize(block, 'test').count).toBe(events.length);
        expect(decodeEventBlock(block, 1, 'test')).toStrictEqual(events);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps names that are not UTF-8', () => {
    const event: DkEvent = {
      ...write(5, 0),
      kind: 'proc.exec',
      argv: [fromBytes(Buffer.from([0xff, 0x61, 0xc3])), 'é'],
      exe: '/bin/ls',
      cwd: fromBytes(Buffer.from([0x2f, 0x80])),
    } as unknown as DkEvent;
    const [decoded] = decodeEventBlock(encodeEventBlock([event]), 5, 'test');
    expect(decoded).toMatchObject({ argv: ['\udcff' + 'a\udcc3', 'é'], cwd: '/\udc80', path: '/w/a.o' });
  });

  it('keeps the largest offsets', () => {
    const far = { ...write(9, 0), offset: Number.MAX_SAFE_INTEGER, length: Number.MAX_SAFE_INTEGER } as DkEvent;
    const events = [far, { ...write(10, 3), seq: 10 } as DkEvent];
    expect(decodeEventBlock(encodeEventBlock(events), 9, 'test')).toStrictEqual(events);
  });

  it('needs few bytes for appends to one file', () => {
    const events = Array.from({ length: 2048 }, (_, i) => write(i + 1, i * 64));
    expect(encodeEventBlock(events).length / events.length).toBeLessThan(0.2);
  });

  it('finds every changed bit, and names the block', () => {
    const block = encodeEventBlock(Array.from({ length: 10 }, (_, i) => write(i + 1, i * 64)));
    for (let bit = 0; bit < block.length * 8; bit++) {
      const changed = Buffer.from(block);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => decodeEventBlock(changed, 1, 'event block 1')).toThrow(
        /^event block 1 (is damaged|has format version)/,
      );
    }
  });
});
