import type { ReactNode } from 'react';
import type { View } from '../view.js';
import { MIN_COLUMNS, MIN_ROWS } from '../layout.js';
import { span } from '../lines.js';
import { Lines } from './Lines.js';

export function TooSmall({ view: { layout } }: { view: View }): ReactNode {
  const { columns, rows } = layout;
  const lines = [
    { line: [span('Too small for dk.', 'strong')] },
    { line: [span(`${columns}×${rows}; needs ${MIN_COLUMNS}×${MIN_ROWS}`)] },
    { line: [span('q quits', 'dim')] },
  ];
  return <Lines lines={lines} width={columns} height={rows} />;
}
