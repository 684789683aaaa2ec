import type { RecordingInfo } from '../catalog/types.js';
import { notVerified } from '../debugger/event-view.js';
import { formatBytes, plural } from '../debugger/quantities.js';

/** The line that ends `dk run` (CLI.md, Output). */
export function runSummary(info: RecordingInfo): string {
  const parts = [
    `recorded ${info.id}`,
    plural(info.events, 'event'),
    plural(info.files, 'file'),
    formatBytes(info.sizeBytes),
    plural(info.gaps, 'gap'),
    verdict(info),
    `${(info.durationNs / 1e9).toFixed(1)}s (dk open ${info.id})`,
  ];
  return parts.join(' · ');
}

function verdict(info: RecordingInfo): string {
  const { verified, id } = info;
  if (verified === null) return notVerified(info);
  return verified.ok ? 'verified' : `NOT VERIFIED, ${plural(verified.differences, 'difference')} (dk verify ${id})`;
}
