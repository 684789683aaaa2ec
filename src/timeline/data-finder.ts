/** The first range of an open file at or after `from` that is no hole; undefined when only a hole follows. */
export type DataFinder = (fd: number, from: number) => [start: number, end: number] | undefined;

/** What is no hole within [from, end), ascending. */
export function* dataBetween(
  next: (from: number) => [start: number, end: number] | undefined,
  from: number,
  end: number,
): Generator<{ offset: number; length: number }> {
  for (let at = from; at < end; ) {
    const [start, until] = next(at) ?? [end, end];
    if (start >= end) return;
    const stop = Math.min(until, end);
    yield { offset: Math.max(start, at), length: stop - Math.max(start, at) };
    at = stop;
  }
}
