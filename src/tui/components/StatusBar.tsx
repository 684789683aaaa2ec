import type { ReactNode } from 'react';
import type { RecordingInfo } from '../../timeline/types.js';
import { resultText, shellLine } from '../../debugger/event-view.js';
import { formatCount, formatTime, plural } from '../../debugger/quantities.js';
import type { View } from '../view.js';
import { type Line, type Span, span, spread } from '../lines.js';
import { shortenEnd } from '../printable.js';
import { Lines } from './Lines.js';

/** What was recorded and how it ended; where the playhead stands. */
export function StatusBar({ view, info, length }: { view: View; info: RecordingInfo; length: number }): ReactNode {
  const { columns } = view.layout;
  const right = position(view, length);
  const name = info.label ?? shellLine(info.argv);
  const left: Line = [
    span(' dk ', 'focus'),
    span(` ${shortenEnd(name, Math.max(8, Math.floor(columns * 0.35)))}`, 'strong'),
    ...facts(info),
  ];
  return <Lines lines={[{ line: spread(left, right, columns) }]} width={columns} height={1} />;
}

function facts(info: RecordingInfo): Span[] {
  const parts: Span[] = [];
  const add = (part: Span): void => void parts.push(span(parts.length === 0 ? '  ' : ' · ', 'dim'), part);
  const failed = (info.exitCode ?? 0) !== 0 || (info.signal ?? 0) !== 0 || info.state === 'interrupted';
  add(span(resultText(info), failed ? 'bad' : 'good'));
  if (info.verified === null) add(span('not verified', 'dim'));
  else add(info.verified.ok ? span('verified ✓', 'good') : span('DIFFERS', 'warn'));
  add(info.gaps === 0 ? span('no gaps', 'dim') : span(plural(info.gaps, 'gap'), 'bad'));
  return parts;
}

/** Position and time of what is shown; dots while the playhead is already elsewhere. */
function position(view: View, length: number): Line {
  const { playhead, frame } = view.snapshot;
  if (frame === undefined) return [span('loading … ', 'dim')];
  const gap = frame.uncertain;
  return [
    ...(gap === undefined ? [] : [span(` ? since gap #${gap.seq} `, 'warn'), span(' ')]),
    span(frame.playhead === playhead ? '' : '… ', 'dim'),
    span(frame.playhead === 0 ? 'base  ' : `+${formatTime(frame.tsNs)}  `, 'dim'),
    span(`#${formatCount(frame.playhead)}`, 'accent'),
    span(` of ${formatCount(length)} `, 'dim'),
  ];
}
