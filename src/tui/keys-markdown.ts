import { CONTEXT_TITLES, type Context, KEYMAP, keyLabel } from './keymap.js';

/** docs/keys.md. */
export function keysMarkdown(): string {
  const sections = (Object.keys(CONTEXT_TITLES) as Context[]).map((context) => {
    const rows = KEYMAP.filter((row) => row.context === context).map(
      (row) => `| ${row.keys.map((key) => code(keyLabel(key))).join(' ')} | ${row.about.replaceAll('|', '\\|')} |`,
    );
    return [`## ${CONTEXT_TITLES[context]}`, '', '| key | does |', '|---|---|', ...rows].join('\n');
  });
  return `${['# Keys of the debugger', 'Generated from `src/tui/keymap.ts`; do not edit.', ...sections].join('\n\n')}\n`;
}

function code(text: string): string {
  return text === '`' ? '`` ` ``' : `\`${text}\``;
}
