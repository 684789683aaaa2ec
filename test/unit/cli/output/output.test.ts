import { describe, expect, it } from 'vitest';
import { printable, printableText } from '../../../../src/cli/output/escape.js';
import { eventJson } from '../../../../src/cli/output/event-json.js';
import { hexdump } from '../../../../src/cli/output/hexdump.js';
import { jsonDocument, jsonLine, toJson } from '../../../../src/cli/output/json.js';
import { logLine } from '../../../../src/cli/output/log-line.js';
import { paintFor } from '../../../../src/cli/output/paint.js';
import { table, width } from '../../../../src/cli/output/table.js';
import { humanDuration, sinceStart } from '../../../../src/cli/output/units.js';
import { fromBytes } from '../../../../src/events/byte-string.js';
import type { DkEvent } from '../../../../src/events/event.js';
import { readEventRef } from '../../../../src/timeline/event-ref.js';

describe('escaping', () => {
  it('shows whatever could steer the terminal', () => {
    expect(printable('a\u001b[2Jb\r\n\u007f\u009b')).toBe('a\\x1b[2Jb\\r\\n\\x7f\\u009b');
    expect(printable('invoice\u202egpj.exe\u200b\u2028\ufeff')).toBe('invoice\\u202egpj.exe\\u200b\\u2028\\ufeff');
    expect(printable(fromBytes(Buffer.from([0x61, 0xff, 0xc3])))).toBe('a\\xff\\xc3');
    expect(printable('naïve 日本 😀')).toBe('naïve 日本 😀');
  });

  it('keeps line ends and tabs of running text', () => {
    expect(printableText('a\tb\nc\u001b\rd')).toBe('a\tb\nc\\x1b\\rd');
  });
});

describe('JSON', () => {
  it('gives bigints as decimal strings and bytes as base64', () => {
    expect(
      toJson({ big: 123456789012345678901234567890n, bytes: Buffer.from('hi'), none: undefined, nil: null }),
    ).toEqual({
      big: '123456789012345678901234567890',
      bytes: 'aGk=',
      nil: null,
    });
  });

  it('gives names that are not UTF-8 twice', () => {
    const path = fromBytes(Buffer.from([0x2f, 0x61, 0xff]));
    expect(toJson({ path, argv: ['x', path] })).toEqual({
      path: '/a\ufffd',
      pathBytes: 'L2H/',
      argv: ['x', '/a\ufffd'],
      argvBytes: ['eA==', 'L2H/'],
    });
  });

  it('is one line, or one document', () => {
    expect(jsonLine({ a: '\u001b' })).toBe('{"a":"\\u001b"}\n');
    expect(jsonDocument({ a: 1 })).toBe('{\n  "a": 1\n}\n');
  });

  it('puts the fields that every event has first and leaves storage out', () => {
    const event: DkEvent = {
      kind: 'file.write',
      seq: 3,
      tsNs: 5,
      durNs: 1,
      pid: 7,
      tid: 8,
      comm: 'sh',
      proc: 1,
      file: 17,
      path: '/a',
      offset: 4,
      length: 2,
      data: { stream: 35, off: 0 },
    };
    expect(JSON.stringify(toJson(eventJson(event)))).toBe(
      '{"seq":3,"tsNs":5,"pid":7,"tid":8,"comm":"sh","kind":"file.write","path":"/a","offset":4,"length":2,"durNs":1,"proc":1,"file":17}',
    );
  });
});

describe('colour', () => {
  const painted = (isTTY: boolean, env: NodeJS.ProcessEnv) => paintFor({ isTTY }, env)('red', 'x') !== 'x';

  it('is for terminals, unless the environment says otherwise', () => {
    expect(painted(true, {})).toBe(true);
    expect(painted(false, {})).toBe(false);
    expect(painted(true, { NO_COLOR: '1' })).toBe(false);
    expect(painted(true, { NO_COLOR: '' })).toBe(true);
    expect(painted(false, { FORCE_COLOR: '1' })).toBe(true);
    expect(painted(true, { FORCE_COLOR: '0' })).toBe(false);
    expect(painted(true, { TERM: 'dumb' })).toBe(false);
  });
});

describe('text forms', () => {
  it('are aligned by columns, not characters', () => {
    expect(width('日本 😀 e\u0301 \u001b[31mred\u001b[39m')).toBe(13);
    expect(
      table(
        ['A', 'N'],
        [
          ['日本', '1'],
          ['x', '22'],
        ],
        ['N'],
      ),
    ).toBe('A      N\n日本   1\nx     22\n');
  });

  it('give times that name the event when typed back', () => {
    expect(sinceStart(0)).toBe('+0.000000s');
    expect(sinceStart(12_345_678)).toBe('+0.012346s');
    expect(sinceStart(62_000_000_000)).toBe('+1m02.000000s');
    for (const tsNs of [1, 999, 12_345_678, 59_999_999_999, 3_661_000_000_001]) {
      const ref = readEventRef(sinceStart(tsNs));
      expect(ref?.by === 'time' && ref.tsNs - tsNs >= 0 && ref.tsNs - tsNs < 1000).toBe(true);
    }
  });

  it('round durations for reading', () => {
    expect([0, 340e6, 999.6e6, 2.1e9, 59.96e9, 62e9, 3599.6e9, 11_100e9].map(humanDuration)).toEqual([
      '0ms',
      '340ms',
      '1.0s',
      '2.1s',
      '1m00s',
      '1m02s',
      '1h00m',
      '3h05m',
    ]);
  });

  it('dump bytes as hexdump -C does', () => {
    expect(hexdump(Buffer.from('hello, world!\n\0\u00ff+'), 0x20)).toBe(
      '00000020  68 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0a 00 c3  |hello, world!...|\n' +
        `00000030  bf 2b${' '.repeat(45)}|.+|\n`,
    );
  });
});

describe('a line of the log', () => {
  it('says what a call did besides', () => {
    const event: DkEvent = {
      kind: 'meta.owner',
      seq: 3,
      tsNs: 5_000_000,
      durNs: 1,
      pid: 7,
      tid: 7,
      comm: 'chown',
      proc: 1,
      file: 16,
      path: '/w/f',
      uid: 0,
      gid: 8,
      also: { mode: 0o755, xattrs: { 'security.capability': null } },
    };
    const line = logLine(
      event,
      (path) => path,
      (_, text) => text,
      1,
    );
    expect(line).toMatch(/ chown {5}\/w\/f +0:8 · also mode 755, removed security\.capability\n$/);
  });
});
