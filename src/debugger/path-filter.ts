import type { DkEvent } from '../events/event.js';

/**
 * The simple filter of the `/` prompt: text that stands anywhere in the path, or a glob when it has * or ?
 * (`*` stays inside one name, `**` does not). Capital letters make it case-sensitive, as in less and vim.
 */
export class PathFilter {
  readonly text: string;
  #pattern: RegExp;

  constructor(text: string) {
    this.text = text;
    this.#pattern = new RegExp(patternOf(text), /\p{Lu}/u.test(text) ? 'u' : 'iu');
  }

  matchesPath(path: string): boolean {
    return this.#pattern.test(path);
  }

  matches(event: DkEvent): boolean {
    return this.matchesPath(event.path) || ('newPath' in event && this.matchesPath(event.newPath));
  }
}

function patternOf(text: string): string {
  const isGlob = /[*?]/.test(text);
  const body = text.replace(/\*\*\/?|[*?]|[\\^$.|+()[\]{}/]/g, (token) => {
    if (token.startsWith('**')) return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?') return '[^/]';
    return `\\${token}`;
  });
  return isGlob ? `(?:^|/)${body}(?:$|/)` : body;
}
