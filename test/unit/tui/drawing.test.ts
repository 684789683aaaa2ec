import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { layoutOf, MIN_COLUMNS, MIN_ROWS, PANES } from '../../../src/tui/layout.js';
import { type Line, paintLine, span, spread } from '../../../src/tui/lines.js';
import { dropColumns, printable, shortenEnd, shortenMiddle, takeColumns, widthOf } from '../../../src/tui/printable.js';
import { createTheme } from '../../../src/tui/theme.js';

const plain = createTheme({ NO_COLOR: '1' });
const colour = createTheme({ TERM: 'xterm' });
/** All of Unicode, lone surrogates, and what terminals act on. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom(
      '\u001b',
      '[',
      'm',
      '\u009b',
      '漢',
      '\u0301',
      '\u200d',
      '👩',
      '\ufe0f',
      '\udcff',
      '\u202e',
      '\t',
      'a',
    ),
  }),
);

describe('printable', () => {
  it.each([
    ['plain', 'plain'],
    ['a\u001b[31m', 'a\\x1b[31m'],
    ['\r\n\t\u0000\u007f', '\\r\\n\\t\\x00\\x7f'],
    ['\u009b2J', '\\u009b2J'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['\udcff', '\\xff'],
    ['zero\u200bwidth', 'zero\\u200bwidth'],
    ['漢字 e\u0301 ❤\ufe0f', '漢字 e\u0301 ❤'],
    ['👨\u200d👩', '👨👩'],
    [`a${'\u0301'.repeat(50)}`, `a${'\u0301'.repeat(4)}`],
  ])('%j becomes %j', (raw, shown) => {
    expect(printable(raw)).toBe(shown);
  });

  it('lets nothing through that a terminal would act on', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it('measures as string-width does', () => {
    for (const text of ['─│●▶…·−→▸▾▁█▎✓┬┤━‹×', 'abc', '漢字']) expect(widthOf(text)).toBe(stringWidth(text));
  });
});

describe('cutting', () => {
  const width = fc.nat({ max: 50 });

  it('never makes a text wider than asked for', () => {
    fc.assert(
      fc.property(anyText, width, (text, columns) => {
        expect(stringWidth(shortenEnd(text, columns))).toBeLessThanOrEqual(columns);
        expect(stringWidth(shortenMiddle(text, columns))).toBeLessThanOrEqual(columns);
        expect(stringWidth(takeColumns(printable(text), columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('keeps the name at the end of a path', () => {
    expect(shortenMiddle('/a/very/long/path/to/some/file.txt', 20)).toBe('/a/very…ome/file.txt');
    expect(shortenMiddle('資料/日本語.txt', 12)).toBe('…/日本語.txt');
    expect(shortenMiddle('short', 20)).toBe('short');
    expect(shortenMiddle('anything', 0)).toBe('');
  });

  it('leaves a space for half of a wide character', () => {
    expect(dropColumns('漢字', 1)).toBe(' 字');
    expect(dropColumns('abc', 1)).toBe('bc');
  });

  it('paints lines of at most the width, and the cursor line of exactly the width', () => {
    const line = fc.array(
      anyText.map((text) => span(text, 'add')),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(line, line, fc.integer({ min: 1, max: 50 }), (left, right, columns) => {
        expect(stringWidth(paintLine(plain, left, columns))).toBeLessThanOrEqual(columns);
        expect(stringWidth(paintLine(colour, left, columns, 'cursor'))).toBe(columns);
        expect(stringWidth(paintLine(colour, spread(left, right, columns), columns))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('puts the right side at the right edge', () => {
    const text = (line: Line): string => paintLine(createTheme({ TERM: 'dumb' }), line, 12);
    expect(text(spread([span('left')], [span('right')], 12))).toBe('left   right');
    expect(text(spread([span('much too long')], [span('right')], 12))).toBe('much …\u0020right'.replace('\u0020', ' '));
  });
});

describe('the layout', () => {
  it('fills the terminal exactly at every size', () => {
    const size = fc.record({
      columns: fc.integer({ min: MIN_COLUMNS, max: 300 }),
      rows: fc.integer({ min: MIN_ROWS, max: 120 }),
    });
    fc.assert(
      fc.property(
        size,
        fc.constantFrom(...PANES),
        fc.boolean(),
        fc.nat({ max: 500 }),
        ({ columns, rows }, focus, zoomed, events) => {
          const { panes, barRows, sideBySide, tooSmall } = layoutOf({ columns, rows }, focus, zoomed, events);
          expect(tooSmall).toBe(false);
          const room = rows - barRows - 3;
          const stacked = panes.events.height + panes.tree.height;
          expect(sideBySide ? panes.file.height : stacked + panes.file.height).toBe(room);
          if (sideBySide) expect([stacked, panes.events.width + 1 + panes.file.width]).toEqual([room, columns]);
          expect(panes[focus].height).toBeGreaterThanOrEqual(4);
        },
      ),
    );
  });

  it('says when the terminal is too small', () => {
    expect(layoutOf({ columns: 39, rows: 24 }, 'file', false, 9).tooSmall).toBe(true);
    expect(layoutOf({ columns: 80, rows: 9 }, 'file', false, 9).tooSmall).toBe(true);
  });
});
