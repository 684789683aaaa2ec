import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keysMarkdown } from '../../../src/tui/keys-markdown.js';
import { actionFor, KEYMAP } from '../../../src/tui/keymap.js';

describe('the key table', () => {
  it('gives every key one meaning in a context', () => {
    const all = KEYMAP.flatMap((row) => row.keys.map((key) => `${row.context} ${key}`));
    expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([]);
  });

  it('names every action once', () => {
    const actions = KEYMAP.map((row) => row.action);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it('asks the contexts in order', () => {
    expect(actionFor(['events', 'global'], 'down')).toBe('nextEvent');
    expect(actionFor(['file', 'global'], 'down')).toBe('scrollDown');
    expect(actionFor(['file', 'global'], 'q')).toBe('quit');
    expect(actionFor(['prompt'], 'q')).toBeUndefined();
  });

  it('is what docs/keys.md says', () => {
    const path = new URL('../../../docs/keys.md', import.meta.url);
    expect(readFileSync(path, 'utf8')).toBe(keysMarkdown());
  });
});
