/** `00000000  68 65 6c 6c 6f …  |hello…|` as `hexdump -C` prints it; `base` is the file offset of the first byte. */
export function hexdump(bytes: Uint8Array, base = 0): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const cells = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const hex = `${cells.slice(0, 8).join(' ')}  ${cells.slice(8).join(' ')}`.padEnd(48);
    const chars = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    text += `${(base + at).toString(16).padStart(8, '0')}  ${hex}  |${chars}|\n`;
  }
  return text;
}
