import { DkError } from '../errors.js';
import { toBytes } from '../events/byte-string.js';

/** Where bytes match, in bytes. */
export interface Found {
  index: number;
  length: number;
}
export type Search = (bytes: Buffer) => Found | undefined;

/**
 * TEXT as it is, or /REGEX/ with flags behind it. Regular expressions are RE2's: their time grows with the bytes alone, whatever
 * they and the bytes are, so that nobody's recording can make a search hang.
 */
export async function searchFor(wanted: string): Promise<Search> {
  const regex = /^\/(.+)\/([ismu]*)$/s.exec(wanted);
  if (regex !== null) return regexSearch(regex[1] as string, regex[2] as string);
  const needle = toBytes(wanted);
  if (needle.length === 0)
    throw new DkError('usage', 'dk find needs a TEXT that is not empty.', 'See how it is used with: dk help find');
  return (bytes) => {
    const index = bytes.indexOf(needle);
    return index < 0 ? undefined : { index, length: needle.length };
  };
}

async function regexSearch(source: string, flags: string): Promise<Search> {
  const { RE2JS } = await import('re2js');
  const given = { i: RE2JS.CASE_INSENSITIVE, s: RE2JS.DOTALL, m: RE2JS.MULTILINE, u: 0 };
  const bits = [...flags].reduce((sum, flag) => sum | given[flag as keyof typeof given], 0);
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(source), bits);
    return (bytes) => {
      // The quick answer to most: whether there is a match at all.
      if (!pattern.test(bytes)) return undefined;
      const match = pattern.matcher(bytes);
      return match.find() ? { index: match.start(), length: match.end() - match.start() } : undefined;
    };
  } catch (error) {
    throw new DkError(
      'usage',
      `/${source}/${flags} is not a regular expression that can be searched for: ${(error as Error).message}.`,
      'Look-around and backreferences are not supported. Leave the slashes out to search for plain text.',
    );
  }
}
