import type { Exclusion } from '../names/exclusion.js';
import { absolute, type MountViews } from '../names/mount-views.js';
import type { PseudoMounts } from '../names/pseudo-mounts.js';
import { described, type Does, isCall, type Operation, type OperationOf } from '../operation.js';
import type { Applier, Appliers, Outcome } from './applier.js';
import { attributeAppliers } from './attributes.js';
import { type ContentParts, contentAppliers } from './content.js';
import { EVERYTHING } from './emitter.js';
import { mountAppliers } from './mounts.js';
import { nameAppliers, type NameParts } from './names.js';
import { processAppliers } from './process-events.js';
import type { Processes } from './processes.js';
import { sightAppliers } from './sights.js';
import { uncapturedAppliers } from './uncaptured.js';

export interface ApplyParts extends ContentParts, NameParts {
  processes: Processes;
  exclusion: Exclusion;
  pseudo: PseudoMounts;
  views: MountViews;
}

/** Makes events of operations, one by one, in the order in which they took effect. */
export class Apply {
  private readonly appliers: Appliers;

  constructor(private readonly parts: ApplyParts) {
    this.appliers = {
      ...contentAppliers(parts),
      ...sightAppliers(parts),
      ...nameAppliers(parts),
      ...attributeAppliers(parts),
      ...mountAppliers(parts),
      ...processAppliers(parts),
      ...uncapturedAppliers(parts),
    };
  }

  /** `trusts`: as an Applier has it. */
  take(op: Operation, trusts = false): Outcome {
    const { exclusion, emitter, views } = this.parts;
    const excluded = exclusion.judge(op);
    if (excluded === 'crosses') emitter.emitGap(op, 'a name moved in or out of an excluded path', EVERYTHING);
    if (excluded !== 'kept') return 'done';
    const meant = views.translate(op);
    if (this.isOfPseudoFilesystem(meant)) return 'done';
    return applierOf(this.appliers, op.does)(meant, trusts, op);
  }

  /** Nothing explains it: what it did is not known. */
  giveUp(op: Operation): void {
    const cause = `${described(op)} does not fit what is known of the tree`;
    this.parts.emitter.emitGap(op, cause, EVERYTHING);
  }

  /** Calls with a path are told by it: their inode is not known. */
  private isOfPseudoFilesystem(op: Operation): boolean {
    if (op.inode !== undefined || !isCall(op)) return false;
    const at = op.does === 'make-symlink' ? op.second : op.first;
    return at.path !== '' && this.parts.pseudo.holds(absolute(at));
  }
}

function applierOf(appliers: Appliers, does: Does): (op: Operation, trusts: boolean, said: Operation) => Outcome {
  return appliers[does] as Applier<Does> as (op: OperationOf<Does>, trusts: boolean, said: Operation) => Outcome;
}
