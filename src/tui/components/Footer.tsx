import type { ReactNode } from 'react';
import type { Prompt, View } from '../view.js';
import { KEYMAP } from '../keymap.js';
import { type Line, lineWidth, type Span, span, spread } from '../lines.js';
import { Lines } from './Lines.js';

/** The keys that matter most, or the prompt, or a message; what restricts the view at the right. */
export function Footer({ view }: { view: View }): ReactNode {
  const { columns } = view.layout;
  return <Lines lines={[{ line: footerLine(view, columns) }]} width={columns} height={1} />;
}

function footerLine(view: View, columns: number): Line {
  if (view.prompt !== null) return promptLine(view.prompt, columns);
  const { message } = view.snapshot;
  if (message !== '') return [span(` ${message}`, 'strong')];
  const flags = flagSpans(view);
  const room = columns - lineWidth(flags) - 2;
  return spread(hints(room), flags, columns);
}

const PROMPTS: Record<Prompt['kind'], { label: string; help: string }> = {
  goto: { label: 'go to', help: "120 · 50% · 2.5s · -5 · end · 'mark" },
  filter: { label: 'paths', help: 'text or glob · empty: all' },
};

function promptLine(prompt: Prompt, columns: number): Line {
  const { label, help } = PROMPTS[prompt.kind];
  const typed = prompt.text.slice(-Math.max(8, columns - 40));
  return spread([span(` ${label}: `, 'strong'), span(typed), span(' ', 'cursor')], [span(`${help} `, 'dim')], columns);
}

/** As many hints as fit; help and quit always. */
function hints(room: number): Line {
  const all = KEYMAP.flatMap((row) => ('hint' in row ? [row.hint] : []));
  const last = all.slice(-2);
  let used = lineWidth(last.flatMap(hintSpans));
  const shown: (readonly [string, string])[] = [];
  for (const hint of all.slice(0, -2)) {
    const width = lineWidth(hintSpans(hint));
    if (used + width > room) break;
    used += width;
    shown.push(hint);
  }
  return [...shown, ...last].flatMap(hintSpans);
}

function hintSpans([keys, word]: readonly [string, string]): Span[] {
  return [span(` ${keys}`, 'accent'), span(` ${word} `, 'dim')];
}

function flagSpans({ snapshot: { settings }, zoomed }: View): Line {
  const flags: Span[] = [];
  if (settings.filter !== null) flags.push(span(`/${settings.filter.text}`, 'mark'));
  if (!settings.follow) flags.push(span('held', 'mark'));
  if (zoomed) flags.push(span('zoom', 'mark'));
  return flags.flatMap((flag) => [flag, span(' ')]);
}
