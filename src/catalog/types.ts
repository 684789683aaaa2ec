export type RecordingState = 'recording' | 'interrupted' | 'sealed';

/** What a run's manifest says; the catalogue holds a copy for `dk ls`. */
export interface RecordingInfo {
  /** Format version of the recording folder. */
  version: number;
  /** 8 characters: a consonant, then base32; never mistaken for an event number. */
  id: string;
  label: string | null;
  state: RecordingState;
  argv: string[];
  cwd: string;
  roots: string[];
  excludes: string[];
  /** Milliseconds since 1970. */
  startedMs: number;
  durationNs: number;
  exitCode: number | null;
  signal: number | null;
  events: number;
  files: number;
  /** Bytes captured (writes and pre-images), before compression. */
  sizeBytes: number;
  gaps: number;
  lostRecords: number;
  frozenNs: number;
  /** null: no proof was taken. */
  verified: { ok: boolean; differences: number; paths: number } | null;
  /** Why not all of the roots could be compared with the disk, so that `verified` is null; the end of "not verified: …". */
  unverified?: string;
  host: { kernel: string; user: string; uid: number; gid: number; arch: string; hostname: string };
  probes: string;
  dkVersion: string;
  marks: { name: string; seq: number }[];
  notices: string[];
  /** True when it came into the store by `dk import`: the live tree is not the one it was recorded on. */
  imported?: boolean;
}
