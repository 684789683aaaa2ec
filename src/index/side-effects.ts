/**
 * The column of an event block that says what calls did besides: one entry for each event that has it, in their order.
 *
 *   uint number of the event in the block, less that of the entry before │ byte 1 and uint mode, or 0
 *   │ uint n, n × (text name, byte 1 and bytes value, or 0: removed)
 */
import type { SideEffects } from '../events/event.js';
import { MOST } from '../events/limits.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { attributeCount, readAttribute } from './field-codecs.js';

export class SideEffectsWriter {
  private last = 0;

  put(out: ByteWriter, number: number, { mode, xattrs }: SideEffects): void {
    out.uint(number - this.last);
    this.last = number;
    out.byte(mode === null ? 0 : 1);
    if (mode !== null) out.uint(mode);
    const entries = Object.entries(xattrs);
    out.uint(entries.length);
    for (const [name, value] of entries) {
      out.text(name);
      out.byte(value === null ? 0 : 1);
      if (value !== null) out.bytes(value);
    }
  }
}

export class SideEffectsReader {
  private next: number;

  constructor(private readonly column: ByteReader) {
    this.next = column.left === 0 ? Number.POSITIVE_INFINITY : column.uint();
  }

  /** Call for each event of the block, in their order. */
  of(number: number): SideEffects | undefined {
    if (number !== this.next) return undefined;
    const { column } = this;
    const mode = column.byte() === 0 ? null : column.uint();
    const count = attributeCount(column);
    const xattrs = Object.fromEntries(
      Array.from({ length: count }, () => [column.text(MOST.attributeNameBytes), this.value()] as const),
    );
    if (column.left === 0) this.next = Number.POSITIVE_INFINITY;
    else this.next += column.uint() || column.damaged('an event has side effects twice');
    return { mode, xattrs };
  }

  private value(): Uint8Array | null {
    return this.column.byte() === 0 ? null : readAttribute(this.column);
  }
}
