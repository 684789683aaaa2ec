/**
 * Byte strings: file names are bytes. Valid UTF-8 becomes the text it is; every other byte b becomes the lone
 * surrogate U+DC00 + b (Python's "surrogateescape", PEP 383), so that bytes → string → bytes is the identity.
 */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function fromBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeEscaping(bytes);
  }
}

export function toBytes(text: string): Buffer {
  return isPlainText(text) ? Buffer.from(text, 'utf8') : encodeEscaping(text);
}

/** True when the string stands for valid UTF-8, so that it can be printed and put into JSON as it is. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed ? text.isWellFormed() : !/[\udc80-\udcff]/.test(text);
}

/** True for what can stand between two slashes and is no step up or nowhere. */
export function isName(text: string): boolean {
  return text !== '' && text !== '.' && text !== '..' && !text.includes('/') && !text.includes('\0');
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      text += strict.decode(bytes.subarray(at, at + length));
      at += length;
    } else {
      text += String.fromCharCode(0xdc00 + (bytes[at] as number));
      at += 1;
    }
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function encodeEscaping(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(3 * text.length); // no unit of UTF-16 takes more
  let length = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit <= 0xdbff) at += 1; // with the unit after it, one character
    if (unit < 0xdc80 || unit > 0xdcff) continue;
    if (from < at) length += bytes.write(text.slice(from, at), length);
    bytes[length++] = unit - 0xdc00;
    from = at + 1;
  }
  if (from < text.length) length += bytes.write(text.slice(from), length);
  return bytes.subarray(0, length);
}
