/**
 * How one field of an event becomes bytes of its column. A codec may lean on what the block already holds about
 * the event's file: most writes continue the last one, most bytes land at the end of the file's written stream.
 */
import type { DataRef, NodeTruth } from '../events/event.js';
import { OUTPUT_FILES, writtenStream } from '../events/event.js';
import { MOST } from '../events/limits.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

/** What the block has seen of one file; encoder and decoder keep it alike. */
export interface FileContext {
  file: number;
  path: string | undefined;
  /** Where the last write to the file ended. */
  end: number;
  /** Where the last bytes in its written stream ended. */
  dataEnd: number;
}

export interface FieldCodec<T> {
  put(out: ByteWriter, value: T, context: FileContext): void;
  get(from: ByteReader, context: FileContext): T;
}

export const uint: FieldCodec<number> = {
  put: (out, value) => out.uint(value),
  get: (from) => from.uint(),
};

export const sint: FieldCodec<number> = {
  put: (out, value) => out.sint(value),
  get: (from) => from.sint(),
};

export const bool: FieldCodec<boolean> = {
  put: (out, value) => out.byte(value ? 1 : 0),
  get: (from) => from.byte() !== 0,
};

export const text: FieldCodec<string> = {
  put: (out, value) => out.text(value),
  get: (from) => from.text(),
};

export const path: FieldCodec<string> = {
  put: (out, value) => out.text(value),
  get: (from) => from.path(),
};

export const target: FieldCodec<string> = {
  put: (out, value) => out.text(value),
  get: (from) => from.text(MOST.targetBytes),
};

export const attributeName: FieldCodec<string> = {
  put: (out, value) => out.text(value),
  get: (from) => from.text(MOST.attributeNameBytes),
};

/** The value of an attribute. */
export const bytes: FieldCodec<Uint8Array> = {
  put: (out, value) => out.bytes(value),
  get: readAttribute,
};

/** Nanoseconds since 1970: seconds and the rest apart, because many times are whole seconds. */
export const clock: FieldCodec<bigint> = {
  put(out, value) {
    const rest = ((value % SECOND) + SECOND) % SECOND;
    out.bigint((value - rest) / SECOND);
    out.uint(Number(rest));
  },
  get(from) {
    return from.bigint() * SECOND + BigInt(from.uint());
  },
};
const SECOND = 1_000_000_000n;

/** An offset, relative to where the last write to this file ended. */
export const offset: FieldCodec<number> = {
  put: (out, value, context) => out.sint(value - context.end),
  get: (from, context) => within(from, context.end + from.sint()),
};

/** `isOwn`: which streams an event of that file may refer to, besides none. */
function refTo(isOwn: (stream: number, file: number) => boolean): FieldCodec<DataRef> {
  return {
    put(out, value, context) {
      const own = writtenStream(context.file);
      out.sint(value.stream - own);
      out.sint(value.off - (value.stream === own ? context.dataEnd : 0));
    },
    get(from, context) {
      const own = writtenStream(context.file);
      const stream = within(from, own + from.sint());
      // A file is no larger than what was stored for it.
      if (stream > UNKNOWN_STREAM && !isOwn(stream, context.file))
        from.damaged('its bytes stand in the stream of another file');
      return { stream, off: within(from, from.sint() + (stream === own ? context.dataEnd : 0)) };
    },
  };
}

/** Everything that was written to a file stands in its own stream. */
export const dataRef = refTo((stream, file) => stream === writtenStream(file));
/** What the command printed has streams of its own, whatever file the descriptor was. */
export const outputRef = refTo((stream) => OUTPUT_STREAMS.includes(stream));

const OUTPUT_STREAMS = Object.values(OUTPUT_FILES).map(writtenStream);
const UNKNOWN_STREAM = 1;

export function nullable<T>(codec: FieldCodec<T>): FieldCodec<T | null> {
  return {
    put(out, value, context) {
      out.byte(value === null ? 0 : 1);
      if (value !== null) codec.put(out, value, context);
    },
    get: (from, context) => (from.byte() === 0 ? null : codec.get(from, context)),
  };
}

/** As `nullable`, for a field that the kind did not have from the beginning: in older blocks its column is empty. */
export function later<T>(codec: FieldCodec<T>): FieldCodec<T | null> {
  const { put, get } = nullable(codec);
  return { put, get: (from, context) => (from.left === 0 ? null : get(from, context)) };
}

export const texts: FieldCodec<string[]> = {
  put(out, value) {
    out.uint(value.length);
    for (const one of value) out.text(one);
  },
  get(from) {
    const count = from.count();
    if (count > MOST.arguments) from.damaged(`it claims ${count} arguments, and may have ${MOST.arguments}`);
    return Array.from({ length: count }, () => from.text(MOST.argumentBytes));
  },
};

export const truth: FieldCodec<NodeTruth> = {
  put(out, value, context) {
    for (const name of TRUTH_NUMBERS) out.sint(value[name]);
    nullable(target).put(out, value.target, context);
    clock.put(out, value.mtimeNs, context);
    const names = Object.keys(value.xattrs);
    out.uint(names.length);
    for (const name of names) {
      out.text(name);
      out.bytes(value.xattrs[name] as Uint8Array);
    }
  },
  get(from, context) {
    const [mode, uid, gid, rdev, sizeBytes] = TRUTH_NUMBERS.map(() => from.sint()) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const to = nullable(target).get(from, context);
    const mtimeNs = clock.get(from, context);
    const count = attributeCount(from);
    // fromEntries defines own properties, so that even "__proto__" is only a name.
    const xattrs = Object.fromEntries(
      Array.from({ length: count }, () => [attributeName.get(from, context), readAttribute(from)] as const),
    );
    return { mode, uid, gid, rdev, sizeBytes, target: to, mtimeNs, xattrs };
  },
};
const TRUTH_NUMBERS = ['mode', 'uid', 'gid', 'rdev', 'sizeBytes'] as const;

/** Sums of a prediction and a stored difference can leave the safe range only in a damaged block. */
function within(from: ByteReader, value: number): number {
  if (value < 0 || value > Number.MAX_SAFE_INTEGER) from.damaged('a number is out of range');
  return value;
}

/** Its own memory: what an event carries must not keep a whole block alive. */
export function readAttribute(from: ByteReader): Uint8Array {
  const value = from.bytes();
  if (value.length > MOST.attributeBytes) from.damaged(`an attribute has ${value.length} bytes`);
  return new Uint8Array(value);
}

/** How many attributes follow. */
export function attributeCount(from: ByteReader): number {
  const count = from.count();
  if (count > MOST.attributes) from.damaged(`it claims ${count} attributes`);
  return count;
}
