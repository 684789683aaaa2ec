/** Times as text; sizes and counts are in debugger/quantities.ts. */

/** 340ms, 2.1s, 1m02s, 3h05m: roughly, for summaries. */
export function humanDuration(ns: number): string {
  if (ns < 999.5e6) return `${Math.round(ns / 1e6)}ms`;
  if (ns < 59.95e9) return `${(ns / 1e9).toFixed(1)}s`;
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

/** +0.012345s, +1m02.000001s: since the start, rounded up so that it names this event when given back as a reference. */
export function sinceStart(tsNs: number): string {
  const micros = Math.ceil(tsNs / 1000);
  const minutes = Math.floor(micros / 60_000_000);
  const seconds = ((micros % 60_000_000) / 1e6).toFixed(6);
  return minutes === 0 ? `+${seconds}s` : `+${minutes}m${seconds.padStart(9, '0')}s`;
}

/** 2024-05-06 07:08:09, local time. */
export function clockTime(ms: number): string {
  const at = new Date(ms);
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
