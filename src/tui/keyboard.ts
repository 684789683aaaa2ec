import type { Key } from 'ink';

/** Names for what Ink reports, in the order of the key presses: text that arrives at once is several of them. */
export function keyNames(input: string, key: Key): string[] {
  const named = nameOf(key);
  if (named !== undefined) return [withModifiers(named, key)];
  if (key.ctrl) return [`ctrl+${input}`];
  return [...input].map(charName);
}

function nameOf(key: Key): string | undefined {
  const names: [boolean, string][] = [
    [key.upArrow, 'up'],
    [key.downArrow, 'down'],
    [key.leftArrow, 'left'],
    [key.rightArrow, 'right'],
    [key.pageUp, 'pageup'],
    [key.pageDown, 'pagedown'],
    [key.home, 'home'],
    [key.end, 'end'],
    [key.return, 'enter'],
    [key.escape, 'escape'],
    [key.tab, 'tab'],
    [key.backspace, 'backspace'],
    [key.delete, 'delete'],
  ];
  return names.find(([pressed]) => pressed)?.[1];
}

function withModifiers(name: string, key: Key): string {
  return `${key.ctrl ? 'ctrl+' : ''}${key.shift ? 'shift+' : ''}${name}`;
}

/** Control characters inside a run of text; ^A is 0x01. */
function charName(char: string): string {
  if (char === ' ') return 'space';
  if (char === '\r' || char === '\n') return 'enter';
  if (char === '\t') return 'tab';
  if (char === '\u007f' || char === '\b') return 'backspace';
  if (char === '\u001b') return 'escape';
  const code = char.charCodeAt(0);
  return code < 0x20 ? `ctrl+${String.fromCharCode(code + 0x60)}` : char;
}

/** The character that a key name types, undefined for keys that type none. */
export function typedBy(key: string): string | undefined {
  if (key === 'space') return ' ';
  return [...key].length === 1 ? key : undefined;
}
