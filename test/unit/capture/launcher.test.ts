import { Duplex, PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LauncherLink, type PrepareOptions } from '../../../src/capture/launcher.js';
import { encodeFrame, type Frame, FrameParser } from '../../../src/capture/launcher-frames.js';

const PLAN: PrepareOptions = {
  dir: '/rec',
  roots: ['/work', '/other'],
  skip: ['/rec'],
  preimageLimitBytes: 1000,
  asideBytes: 2000,
  guard: true,
  allowIoUring: false,
  argv: ['cmd', 'a b', ''],
};

/** A link and the launcher's end of it. */
function pair() {
  const [toLink, toLauncher] = [new PassThrough(), new PassThrough()];
  const link = new LauncherLink(Duplex.from({ readable: toLink, writable: toLauncher }));
  const parser = new FrameParser();
  const received: Frame[] = [];
  toLauncher.on('data', (chunk: Buffer) => received.push(...parser.push(chunk)));
  return { link, received, say: (type: string, body?: Uint8Array) => toLink.write(encodeFrame(type, body)), toLink };
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const u64 = (value: number) => Buffer.concat([u32(value), u32(0)]);

test('frames survive any cutting of the stream', () => {
  const frame = fc.record({ type: fc.constantFrom('A', 'S', 'W'), body: fc.uint8Array({ maxLength: 40 }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 20 }), (frames, step) => {
      const bytes = Buffer.concat(frames.map(({ type, body }) => encodeFrame(type, body)));
      const parser = new FrameParser();
      const parsed: Frame[] = [];
      for (let at = 0; at < bytes.length; at += step) parsed.push(...parser.push(bytes.subarray(at, at + step)));
      expect(parsed).toEqual(frames.map(({ type, body }) => ({ type, body: Buffer.from(body) })));
    }),
  );
});

describe('the link', () => {
  test('sends the plan as the launcher reads it', async () => {
    const { link, received, say } = pair();
    const prepared = link.prepare({ ...PLAN, user: { uid: 7, gid: 8, groups: [8, 9] } });
    say('T', u32(4711));
    expect(await prepared).toEqual({ targetPid: 4711 });
    expect(received[0]?.type).toBe('P');
    expect(received[0]?.body.toString().split('\0')).toEqual([
      'dir=/rec',
      'root=/work',
      'root=/other',
      'skip=/rec',
      'preimage-limit=1000',
      'aside=2000',
      'guard=1',
      'io-uring=deny',
      'user=7:8:8,9',
      '',
      'cmd',
      'a b',
      '',
      '',
    ]);
  });

  test('sends names that are not UTF-8 as the bytes they are', async () => {
    const { link, received, say } = pair();
    const prepared = link.prepare({ ...PLAN, roots: ['/work/\udcff'] });
    say('T', u32(1));
    await prepared;
    expect(received[0]?.body.includes(Buffer.from('root=/work/\xff\0', 'latin1'))).toBe(true);
  });

  test('leaves arguments that are our own to the launcher', async () => {
    const { link, received, say } = pair();
    const before = process.argv;
    process.argv = ['node', 'main.js', 'run', '--', 'cmd', 'arg'];
    const prepared = link.prepare({ ...PLAN, argv: ['cmd', 'arg'] });
    process.argv = before;
    say('T', u32(1));
    await prepared;
    expect(received[0]?.body.toString()).toMatch(/\0argv-tail=2\0\0$/);
  });

  test('tells base, start, end and summary apart', async () => {
    const { link, received, say } = pair();
    const events: unknown[] = [];
    link.on('started', () => events.push('started'));
    link.on('warning', (text) => events.push(text));
    say('B', Buffer.concat([u64(12), Buffer.of(1)]));
    expect(await link.baseDone).toEqual({ entries: 12, truncated: true });
    link.go();
    say('R');
    say('W', Buffer.from('Something.'));
    say('S', u32(3 << 8));
    expect(await link.ended).toEqual({ code: 3, signal: 0 });
    const finished = link.finish();
    say('D', Buffer.concat([u64(1), u64(2), u64(3), u32(4)]));
    expect(await finished).toEqual({ records: 1, blobs: 2, bytes: 3, lost: 4 });
    expect(events).toEqual(['started', 'Something.']);
    link.signal(15);
    link.release();
    await turn();
    expect(received.map((frame) => [frame.type, frame.body.toString('hex')])).toEqual([
      ['G', ''],
      ['Z', ''],
      ['K', '0f000000'],
      ['X', ''],
    ]);
  });

  test('a signal and a failed exec are ends of their own', async () => {
    const signalled = pair();
    signalled.say('S', u32(9));
    expect(await signalled.link.ended).toEqual({ code: 137, signal: 9 });
    const failed = pair();
    failed.say('E', u32(2));
    expect(await failed.link.ended).toEqual({ execErrno: 2 });
  });

  test('what the launcher could not prepare is an error of two sentences', async () => {
    const { link, say } = pair();
    const prepared = link.prepare(PLAN);
    say('F', Buffer.from('It is full. Make room.'));
    await expect(prepared).rejects.toMatchObject({ code: 'io', message: 'It is full.', hint: 'Make room.' });
    await expect(link.baseDone).rejects.toMatchObject({ code: 'io' });
  });

  test('an elevation that is refused is an error', async () => {
    const { link, received, say } = pair();
    const elevated = link.elevate();
    await turn();
    expect(received).toEqual([{ type: 'U', body: Buffer.alloc(0) }]);
    say('F', Buffer.from('Root lacks it. Give it.'));
    await expect(elevated).rejects.toMatchObject({ message: 'Root lacks it.', hint: 'Give it.' });
  });

  test('a launcher that goes away fails what waits for it', async () => {
    const { link, toLink } = pair();
    const closed = new Promise((resolve) => link.on('closed', () => resolve('closed')));
    toLink.destroy();
    expect(await closed).toBe('closed');
    await expect(link.ended).rejects.toMatchObject({ code: 'internal' });
  });
});
