/** Frames of the launcher's control socket, as drawn in addon/launcher/control.h. */
const PREFIX_BYTES = 4;

export interface Frame {
  /** One letter, see control.h. */
  type: string;
  body: Buffer;
}

export function encodeFrame(type: string, body: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(PREFIX_BYTES + 1);
  head.writeUInt32LE(body.length + 1, 0);
  head.write(type, PREFIX_BYTES, 'latin1');
  return Buffer.concat([head, body]);
}

/** Puts frames together from the chunks of a stream. */
export class FrameParser {
  private pending: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Frame, void, void> {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    while (this.pending.length >= PREFIX_BYTES) {
      const whole = PREFIX_BYTES + this.pending.readUInt32LE(0);
      if (this.pending.length < whole) return;
      const frame = this.pending.subarray(PREFIX_BYTES, whole);
      this.pending = this.pending.subarray(whole);
      yield { type: frame.toString('latin1', 0, 1), body: frame.subarray(1) };
    }
  }
}
