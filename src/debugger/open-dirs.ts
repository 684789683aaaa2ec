/** Opened by the way to a change: kept for this many directories, so that the tree does not jump with every step. */
const MAX_FOLLOWED = 40;

/** Which directories are unfolded. What the user folds or unfolds stays so; the rest follows the changes. */
export class OpenDirs {
  #followed = new Set<number>();
  #chosen = new Map<number, boolean>();

  isOpen(dir: number, byDefault: boolean): boolean {
    return this.#chosen.get(dir) ?? (this.#followed.has(dir) || byDefault);
  }

  choose(dir: number, open: boolean): void {
    this.#chosen.set(dir, open);
  }

  /** The most recent come last; the oldest fold again. */
  follow(dirs: readonly number[]): void {
    for (const dir of dirs) {
      this.#followed.delete(dir);
      this.#followed.add(dir);
    }
    for (const dir of this.#followed) {
      if (this.#followed.size <= MAX_FOLLOWED) break;
      this.#followed.delete(dir);
    }
  }
}
