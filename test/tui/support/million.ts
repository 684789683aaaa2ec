/** A recording of a million events that exist only when asked for; its states are those of a small one. */
import type { DkEvent } from '../../../src/events/event.js';
import type { EventQuery, Recording, State } from '../../../src/timeline/types.js';
import { scripted } from '../../support/scripted.js';

const LENGTH = 1_000_000;
const BODY = Array.from({ length: 400 }, (_, i) => `line ${i} of the file that every event changes\n`).join('');

export async function million(): Promise<Recording> {
  const { recording } = await scripted({ base: { 'log.txt': BODY } }, ({ main }) => {
    main.write('log.txt', 'LINE', 9_000);
    main.write('log.txt', 'line', 9_000);
  });
  const file = (await recording.event(1)).file;
  const history = Array.from({ length: LENGTH }, (_, i) => i + 1).filter((seq) => seq % 10 !== 0);
  const small = (seq: number): number => (seq === 0 ? 0 : 1 + (seq % 2));

  function make(seq: number): DkEvent {
    const common = { seq, tsNs: seq * 1_000, durNs: 100, pid: 1, tid: 1, comm: 'node', proc: 1 };
    const data = { stream: 2 * file + 1, off: 0 };
    if (seq % 10 === 0) return { ...common, kind: 'proc.fork', file: 0, path: '', childPid: seq, childProc: 2 };
    const length = 1 + ((seq * 7919) % (1 + (seq >> 8)));
    return { ...common, kind: 'file.write', file, path: '/work/app/log.txt', offset: 9_000, length, data };
  }

  async function* events(query: EventQuery = {}): AsyncIterable<DkEvent> {
    const { from = 1, to = LENGTH, reverse = false, limit = LENGTH, changesOnly = false, kinds } = query;
    let left = limit;
    for (let i = 0; i <= to - from && left > 0; i++) {
      const event = make(reverse ? to - i : from + i);
      if ((changesOnly && event.kind === 'proc.fork') || kinds?.has(event.kind) === false) continue;
      left -= 1;
      yield event;
    }
  }

  async function first(query: EventQuery): Promise<DkEvent | undefined> {
    for await (const event of events({ ...query, limit: 1 })) return event;
    return undefined;
  }

  return {
    isLocal: false,
    info: { ...recording.info, events: LENGTH, durationNs: LENGTH * 1_000 },
    length: LENGTH,
    event: async (seq) => make(seq),
    events,
    next: (seq, query) => first({ ...query, from: seq + 1 }),
    previous: (seq, query) => first({ ...query, to: seq - 1, reverse: true }),
    history: async (of) => (of === file ? history : []),
    state: async (seq) => withSeq(await recording.state(small(seq)), seq),
    content: (state, of) => recording.content(originals.get(state) ?? state, of),
    payload: async () => Buffer.alloc(0),
    diff: (before, after, paths) => recording.diff(before, after, paths),
    seqAtTime: async (tsNs) => Math.min(LENGTH, Math.floor(tsNs / 1_000)),
    meta: (name) => recording.meta(name),
    processes: () => recording.processes(),
    close: () => recording.close(),
  };
}

const originals = new WeakMap<State, State>();

function withSeq(state: State, seq: number): State {
  const shown: State = {
    seq,
    uncertain: state.uncertain,
    node: (file) => state.node(file),
    lookup: (path, options) => state.lookup(path, options),
    children: (dir) => state.children(dir),
    pathOf: (file) => state.pathOf(file),
    touchedFiles: () => state.touchedFiles(),
  };
  originals.set(shown, state);
  return shown;
}
