import type { ReactNode } from 'react';
import type { ViewMode } from '../../debugger/comparison.js';
import type { DisplayPaths } from '../../debugger/display-path.js';
import type { FileBody, FileView as FileViewModel } from '../../debugger/file-view.js';
import type { Frame } from '../../debugger/frame.js';
import { formatBytes, formatCount, formatMode } from '../../debugger/quantities.js';
import type { View } from '../view.js';
import { type Line, lineWidth, type Span, span, spread } from '../lines.js';
import { paneTitle } from '../pane-title.js';
import { printable, shortenMiddle, widthOf } from '../printable.js';
import type { Role } from '../theme.js';
import { Lines, type ToneLine } from './Lines.js';

/** The selected file (or the event, or the overview): two lines about it, then its rows. */
export function FileView({ view, paths }: { view: View; paths: DisplayPaths }): ReactNode {
  const { width, height } = view.layout.panes.file;
  const { frame } = view.snapshot;
  const { rows, top, left } = view.file;
  const head = headOf(frame, paths, width, view.focus === 'file', view.snapshot.settings.mode);
  const visible = Array.from(
    { length: Math.min(rows.count - top, Math.max(0, height - head.length)) },
    (_, i): ToneLine => ({
      line: rows.row(top + i, left),
    }),
  );
  return <Lines lines={[...head.map((line) => ({ line })), ...visible]} width={width} height={height} />;
}

function headOf(
  frame: Frame | undefined,
  paths: DisplayPaths,
  width: number,
  focused: boolean,
  mode: ViewMode,
): Line[] {
  if (frame === undefined) return [paneTitle('3 File', focused, 'loading …', width), []];
  const pending = frame.mainPending ? 'loading …' : '';
  const { main } = frame;
  if (main.kind === 'overview') return [paneTitle('3 Recording', focused, pending, width), []];
  if (main.kind === 'event') return [paneTitle(`3 Event ${main.view.title}`, focused, pending, width), []];
  const place = frame.place === null ? '' : `${frame.place.index} of ${frame.place.count}`;
  const right = pending || place;
  const path = shortenMiddle(paths.show(main.view.path), Math.max(8, width - right.length - 10));
  return [paneTitle(`3 ${path}`, focused, right, width), aboutFile(main.view, frame, mode, width)];
}

function aboutFile(view: FileViewModel, frame: Frame, mode: ViewMode, width: number): Line {
  const parts: Span[] = [];
  const add = (text: string, role: Role): void =>
    void parts.push(span(parts.length === 0 ? ' ' : '  '), span(text, role));
  if (frame.fileUncertain !== undefined) add(`? not certain since the gap #${frame.fileUncertain.seq}`, 'warn');
  const counts = countsOf(view.body);
  if (counts !== null) add(`+${counts.added}`, 'add');
  if (counts !== null) add(`−${counts.removed}`, 'remove');
  if (view.comparedWith !== '') add(view.comparedWith, 'move');
  for (const fact of view.facts) add(fact, fact === 'created' ? 'add' : fact === 'removed' ? 'remove' : 'normal');
  const size = sizesOf(view);
  if (size !== '') add(size, 'dim');
  if (!view.changedHere && view.node !== undefined) add('unchanged by this event', 'dim');
  const what = whatShown(view.body, mode);
  const who = view.changedHere && frame.event !== undefined ? [`${frame.event.comm} · ${what}`] : [];
  const right = who.find((text) => lineWidth(parts) + widthOf(printable(text)) + 3 <= width) ?? what;
  return spread(parts, right === '' ? [] : [span(`${right} `, 'dim')], width);
}

function countsOf(body: FileBody): { added: number; removed: number } | null {
  return body.kind === 'lines' && body.added + body.removed > 0 ? body : null;
}

function sizesOf({ node, nodeBefore, changedHere }: FileViewModel): string {
  if (node !== undefined && node.type !== 'file') return formatMode(node.mode);
  const now = node === undefined ? null : node.sizeBytes;
  const then = changedHere && nodeBefore !== undefined ? nodeBefore.sizeBytes : null;
  if (now === null) return then === null ? '' : formatBytes(then);
  return then === null || then === now ? formatBytes(now) : `${formatBytes(then)} → ${formatBytes(now)}`;
}

function whatShown(body: FileBody, mode: ViewMode): string {
  if (body.kind === 'note') return '';
  const part = body.part === null ? '' : `bytes ${formatCount(body.part.from)}–${formatCount(body.part.to)}`;
  return [part, body.kind === 'hex' ? 'hex' : '', mode === 'content' || !body.isDiff ? 'content' : 'diff']
    .filter(Boolean)
    .join(' ');
}
