import { readPlain } from '../../cas/plain-files.js';
import { BaseManifest } from '../../timeline/base-manifest.js';
import { compareProof, type Difference } from '../../timeline/compare-proof.js';
import { hasBaseContent, type TakenProof, takeProof } from '../../timeline/proof.js';
import { proofTools } from '../../storage/checkout-tools.js';
import { readingAsRoot } from '../../native/privileges.js';
import { Explained } from './explained.js';
import { isMounted } from '../../linux/mount-table.js';
import type { Pipeline } from '../pipeline.js';
import { type Emit, Restorer } from './restore.js';
import { emitter } from './resync.js';
import { RootCompare } from './root-compare.js';
import { causeOf } from './unrecorded.js';

export interface ReconcileOptions {
  roots: readonly string[];
  /** Where dk keeps its own files. */
  skips: (path: string) => boolean;
  /** Contents of what changed without an event are read back up to here. */
  limitBytes: number;
  endNs: number;
}

/** What a proof takes. `locate`: as in ProofOptions. */
export interface Proven {
  proof: TakenProof;
  /** Of contents that were found to be what the disk has, by file. */
  hashes: Map<number, Promise<string | undefined>>;
}

/** Something may change a file again while it is being read back; a busy one stays a difference. */
const MOST_ROUNDS = 3;

/**
 * The command has ended and its records are in: what is still different on the disk was changed by something that was not
 * recorded. Each difference becomes a gap, and is read back.
 */
export class Reconciler {
  private readonly emit: Emit;
  private readonly restorer: Restorer;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly options: ReconcileOptions,
  ) {
    this.emit = emitter(pipeline, options.endNs);
    this.restorer = new Restorer(pipeline.ingest.model, this.emit, options);
  }

  /** Of the roots what no event touched. `endFile`: the second manifest. */
  async roots(endFile: string): Promise<void> {
    const { ingest, manifest } = this.pipeline;
    const { model, exclusion } = ingest;
    const end = BaseManifest.parse(readPlain(endFile));
    const isIgnored = (path: string): boolean => exclusion.matches(path) || this.options.skips(path);
    const found = new RootCompare(model.state, manifest, end, isIgnored).differences();
    const before = found.some(({ what }) => what === 'timed') ? await this.pipeline.recorded() : undefined;
    for (const { path, what, file, linkOf } of found) {
      // A write that fails moves the times before it fails. What was saved of the file tells whether it did no more.
      if (what === 'timed' && (await before?.equals(file, path)) === true) continue;
      const born = what === 'new' || what === 'replaced' ? linkOf || model.newFile() : file;
      this.gap(what === 'new' ? born : file, path);
      if (what === 'gone') this.emit({ kind: 'resync', file, path, truth: null, nlink: null });
      else if (what === 'changed' || what === 'timed') this.restorer.force(path);
      else this.restorer.replace(path, born);
    }
  }

  /** Of what events touched, bytes included. */
  async touched(locate: (path: string) => string | undefined): Promise<Proven> {
    const { pipeline } = this;
    const hashes: Proven['hashes'] = new Map();
    for (let round = 1; ; round++) {
      const proof = this.look(locate);
      const { differences } = await compareProof(await pipeline.recorded(proof), proof, { locate, hashes });
      const found = differences.filter((one) => this.canBeRead(one));
      if (found.length === 0 || round > MOST_ROUNDS) return { proof, hashes };
      const retyped = new Set(found.filter(({ what }) => what === 'type').map(({ path }) => path));
      for (const path of new Set(found.map((one) => one.path))) this.readBack(path, retyped.has(path), hashes);
    }
  }

  /** Without changing anything. */
  look(locate: (path: string) => string | undefined): TakenProof {
    const { model, stamps } = this.pipeline.ingest;
    const { explains } = new Explained(model.state.base, stamps, this.pipeline.startRealNs);
    const state = model.state.freeze();
    return readingAsRoot(() => takeProof(state, { ...proofTools(), locate, explains }));
  }

  private readBack(path: string, isRetyped: boolean, hashes: Proven['hashes']): void {
    const { model } = this.pipeline.ingest;
    const at = model.state.resolve(path);
    const born = at.found ? at.file : model.newFile();
    hashes.delete(born);
    this.gap(born, path);
    if (at.found && !isRetyped) this.restorer.force(path);
    else this.restorer.replace(path, at.found ? model.newFile() : born);
  }

  private gap(file: number, path: string): void {
    const cause = causeOf(path, this.options.roots);
    this.emit({ kind: 'gap', file, path, cause, lost: 0, offset: 0, length: 0 });
  }

  /** What nobody could capture stays unknown. A base file that was never written to has other bytes than before. */
  private canBeRead({ what, path }: Difference): boolean {
    if (isMounted(path)) return false;
    if (what !== 'unknown-bytes') return true;
    const node = this.pipeline.ingest.model.state.freeze().lookup(path);
    return node !== undefined && hasBaseContent(node);
  }
}
