import { type Line, lineWidth, span } from './lines.js';

/** `─ 1 Events ───────────── right ─`; the focused pane's name is set off by more than colour. */
export function paneTitle(name: string, focused: boolean, right: string, width: number): Line {
  const label = focused ? span(` ${name} `, 'focus') : span(` ${name} `, 'title');
  const end: Line = right === '' ? [] : [span(` ${right} `, 'dim')];
  const rule = width - 2 - lineWidth([label]) - lineWidth(end);
  if (rule < 1 && right !== '') return paneTitle(name, focused, '', width);
  return [span('─', 'rule'), label, span('─'.repeat(Math.max(0, rule)), 'rule'), ...end, span('─', 'rule')];
}
