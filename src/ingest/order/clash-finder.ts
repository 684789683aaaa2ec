import type { Model } from '../names/model.js';
import type { Operation } from '../operation.js';
import type { Proof } from './clashes.js';
import type { Effect } from './effects.js';
import type { Looks } from './looks.js';
import { type Caller, causeOf, type Races } from './races.js';

/** What a gap has to say. `paths`: what stands there is to be read back, too. */
export interface Undecided {
  cause: string;
  at: { file: number; path: string; offset?: number; length?: number };
  paths: readonly string[];
}

const NONE: readonly never[] = [];

/** Finds operations whose order nothing tells, and what of the tree depends on it. */
export class ClashFinder {
  constructor(
    private readonly model: Model,
    private readonly races: Races,
    private readonly looks: Looks,
  ) {}

  /** Notes what the operation did, after its event. */
  note(effect: Effect, caller: Caller, op: Operation, sizeBefore: number): readonly Undecided[] {
    const { kind, comm, pid } = caller;
    const by = { kind, comm, pid };
    const found = this.races.note(effect, by, op, sizeBefore, this.looks.placeOf(op), () =>
      this.proofOf(effect.file, op),
    );
    if (found.length === 0) return NONE;
    return found.flatMap((one) => {
      const cause = causeOf(one, effect, by);
      const { bytes } = one.clash;
      return bytes === null ? this.whole(cause, [one.other, effect]) : [{ cause, at: bytes, paths: NONE }];
    });
  }

  /** The operation tells what the inode was when the call returned. */
  private proofOf(file: number, { inode }: Operation): Proof {
    if (inode === undefined) return { size: false, mode: false, owner: false };
    const node = this.model.state.rec(file);
    const isOwner = node?.uid === inode.uid && node.gid === inode.gid;
    return { size: this.model.sizeOf(file) === inode.sizeBytes, mode: true, owner: isOwner };
  }

  /** Both operations' files, and what stands at their names. */
  private whole(cause: string, effects: readonly Effect[]): Undecided[] {
    const { state } = this.model;
    const paths = effects.flatMap(({ names }) => names.map(({ path }) => path));
    const files = new Map(effects.map(({ file, path }) => [file, path]));
    for (const path of paths) {
      const at = state.resolve(path);
      if (at.found) files.set(at.file, path);
    }
    const isTree = paths.length > 0 && [...files.keys()].some((file) => state.typeOf(file) === 'dir');
    if (isTree) return [{ cause, at: { file: 0, path: '' }, paths }];
    return [...files].map(([file, path]) => ({ cause, at: { file, path }, paths }));
  }
}
