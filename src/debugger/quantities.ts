/** Sizes in decimal units, as `dk` prints them everywhere: 34 B, 1.2 kB, 3.4 MB. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** 1234567 → 1,234,567 */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Time since the start: 0.340s, 2.503s, 1m02.503s, 2h03m20s. */
export function formatTime(tsNs: number): string {
  const ms = Math.floor(tsNs / 1e6);
  const seconds = `${Math.floor((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes === 0) return seconds;
  if (minutes < 60) return `${minutes}m${seconds.padStart(7, '0')}`;
  const whole = String(Math.floor((ms / 1000) % 60)).padStart(2, '0');
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m${whole}s`;
}

/** One of `count` things: 1 file, 2 files. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Permission bits in octal: 644, 4755. */
export function formatMode(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(3, '0');
}
