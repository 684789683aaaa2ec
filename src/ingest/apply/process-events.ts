import type { MountViews } from '../names/mount-views.js';
import type { OpenedNames } from '../names/opened-names.js';
import type { Appliers } from './applier.js';
import type { Emitter } from './emitter.js';
import type { Processes } from './processes.js';

interface ProcessParts {
  processes: Processes;
  views: MountViews;
  opened: OpenedNames;
  emitter: Emitter;
}

export function processAppliers(parts: ProcessParts): Pick<Appliers, 'fork' | 'exec' | 'exit'> {
  const { processes, views, opened, emitter } = parts;
  return {
    fork: (op) => {
      const parent = processes.of(op.pid);
      const child = processes.start(op.childPid, parent);
      views.fork(parent.pid, child.pid);
      emitter.emit(op, { kind: 'proc.fork', file: 0, path: '', childPid: child.pid, childProc: child.proc });
      return 'done';
    },
    exec: (op) => {
      const { exe, argv, cwd } = op;
      processes.exec(op.pid, { exe, argv, cwd });
      emitter.emit(op, { kind: 'proc.exec', file: 0, path: exe, exe, argv, cwd });
      return 'done';
    },
    exit: (op) => {
      const { code, signal } = op;
      emitter.emit(op, { kind: 'proc.exit', file: 0, path: '', code, signal });
      processes.end(op.pid);
      opened.forget(op.tid);
      return 'done';
    },
  };
}
