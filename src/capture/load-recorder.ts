import { DkError } from '../errors.js';
import { addon, type Recorder, type RecorderOptions, type SystemFailure } from '../native/addon.js';

const SMALLEST_RING_BYTES = 4096;

/**
 * The kernel programs, on their way into the kernel. That takes longer than anything else before a command starts, and
 * needs nothing of it: begin it early. `ringBytes`: a power of two.
 */
export function loadRecorder(ringBytes: number): LoadingRecorder {
  const recorder = new (addon().Recorder)();
  const loaded = recorder.load(ringBytes);
  loaded.catch(() => undefined); // start() tells it
  return {
    async start(options) {
      try {
        await loaded;
        recorder.start(options);
        return recorder;
      } catch (cause) {
        throw refused(cause as SystemFailure);
      }
    },
  };
}

/** Loads the programs without attaching them; DkError 'unsupported' when the kernel refuses. They go with the object. */
export async function tryPrograms(): Promise<void> {
  try {
    await new (addon().Recorder)().load(SMALLEST_RING_BYTES);
  } catch (cause) {
    throw cause instanceof DkError ? cause : refused(cause as SystemFailure);
  }
}

export interface LoadingRecorder {
  /** Attached: from here on the programs see every call. */
  start(options: RecorderOptions): Promise<Recorder>;
}

function refused(cause: SystemFailure): DkError {
  const { syscall, message, detail } = cause;
  const debug = process.env.DK_DEBUG === '1' && detail ? `\n${detail}` : '';
  return new DkError(
    'unsupported',
    `The kernel did not take the recording programs (${syscall ?? 'load'}): ${message}.${debug}`,
    'See what is missing, and how to get it, with: dk doctor',
    cause,
  );
}
