import type { ReactNode } from 'react';
import type { View } from '../view.js';
import { helpLines } from '../help-lines.js';
import { span, spread } from '../lines.js';
import { paneTitle } from '../pane-title.js';
import { Lines, type ToneLine } from './Lines.js';

/** The key table over the whole screen. */
export function Help({ view }: { view: View }): ReactNode {
  const { columns, rows } = view.layout;
  const lines = helpLines(columns);
  const top = view.help?.top ?? 0;
  const height = rows - 2;
  const more = lines.length > height ? `${top + 1}–${Math.min(lines.length, top + height)} of ${lines.length}` : '';
  const title: ToneLine = { line: paneTitle('Keys', true, more, columns) };
  const body = lines.slice(top, top + height).map((line): ToneLine => ({ line }));
  const blanks = Array.from({ length: Math.max(0, height - body.length) }, (): ToneLine => ({ line: [] }));
  const foot: ToneLine = {
    line: spread(
      [span(' ↑ ↓', 'accent'), span(' scroll ', 'dim'), span(' Esc', 'accent'), span(' back', 'dim')],
      [],
      columns,
    ),
  };
  return <Lines lines={[title, ...body, ...blanks, foot]} width={columns} height={rows} />;
}
