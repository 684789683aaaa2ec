export { chooseRecording } from './choose-recording.js';
export { openDebugger, type DebuggerOptions } from './open-debugger.js';
export { keysMarkdown } from './keys-markdown.js';
