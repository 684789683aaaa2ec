/** Something that ended at `exitNs`. */
interface Ended {
  readonly exitNs: number;
}

/** Puts `one` behind everything in `list` that ended no later. What is in order already, or nearly so, costs nothing. */
export function insertByEnd<T extends Ended>(list: T[], one: T): void {
  let at = list.length;
  while (at > 0 && (list[at - 1] as T).exitNs > one.exitNs) at -= 1;
  if (at === list.length) list.push(one);
  else list.splice(at, 0, one);
}
