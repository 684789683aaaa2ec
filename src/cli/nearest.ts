/** About a tenth of a second. A recording has any number of names, of any length. */
const MOST_STEPS = 1e7;

/** The candidates most like `word`, best first, none that shares too little with it. */
export function nearest(word: string, candidates: Iterable<string>, limit: number): string[] {
  const worst = Math.max(1, Math.floor(word.length / 3));
  const close: { candidate: string; distance: number }[] = [];
  let left = MOST_STEPS;
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - word.length) > worst) continue;
    left -= word.length * candidate.length;
    if (left < 0) break;
    const edits = distance(word, candidate);
    if (edits <= worst) close.push({ candidate, distance: edits });
  }
  return close
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map((entry) => entry.candidate);
}

/** Edits (insert, delete, replace, swap of neighbours) from a to b. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(replace, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] as number) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
