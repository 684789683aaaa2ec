/** The library: `import { openRecording } from 'diffkeeper'`. */
export { DkError, type ErrorCode } from './errors.js';
export type * from './events/event.js';
export { type Kind, KINDS } from './events/kinds.js';
export { liveFiles, type LiveReader } from './timeline/live-files.js';
export { openRecording, type RecordingSource } from './timeline/recording.js';
export type * from './timeline/types.js';
