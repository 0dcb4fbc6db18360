import { type Chain, sharedChains } from './chain';
import { isLine, type Layer } from './layers';

/** The first-parent line of what is below branches. */
export class Line {
  /** Those that were read so far, newest first: of a stack each branch may be a line, and each goes down to the bottom. */
  readonly commits: string[] = [];
  readonly #rest: Iterator<string>;
  readonly #position = new Map<string, number>();
  /** How many of its commits, newest first, anybody asks about. */
  longest = 0;
  /** Names of its steps, oldest first. */
  steps: string[] = [];
  /** Path → the commits that touch it, by position, newest first. */
  readonly #touched = new Map<string, number[]>();
  /** The place of the newest of its commits that touches what one of the layers touches. */
  #newestOf: (layers: Chain<Layer>) => { newest: number } | null = () => null;

  constructor(newestFirst: Iterable<string>) {
    this.#rest = newestFirst[Symbol.iterator]();
  }

  #readOne(): boolean {
    const next = this.#rest.next();
    if (next.done) return false;
    this.#position.set(next.value, this.commits.length);
    this.commits.push(next.value);
    return true;
  }

  /** The place of a commit that was read; undefined for others. */
  placeOf(commit: string): number | undefined {
    return this.#position.get(commit);
  }

  /** The place of a commit of it; `most` where that is further down. */
  readTo(commit: string, most: number): number {
    while (!this.#position.has(commit) && this.commits.length <= most && this.#readOne());
    return this.#position.get(commit) ?? most;
  }

  /** The place of the newest that is such a one; -1 for none. */
  find(isIt: (commit: string) => boolean): number {
    for (let i = 0; i < this.commits.length || this.#readOne(); i += 1) if (isIt(this.commits[i] ?? '')) return i;
    return -1;
  }

  /** The place of the oldest. */
  readAll(): number {
    while (this.#readOne());
    return this.commits.length - 1;
  }

  /** @param pathsOf what a layer touches */
  learn(paths: ReadonlyMap<string, string[]>, pathsOf: (layer: Layer) => string[]): void {
    for (const [i, key] of this.steps.toReversed().entries()) {
      for (const path of paths.get(key) ?? []) {
        const known = this.#touched.get(path);
        if (known) known.push(i);
        else this.#touched.set(path, [i]);
      }
    }
    this.#newestOf = sharedChains<Chain<Layer>, { newest: number }>({
      key: (layer) => layer,
      step: (layer) => ({
        link: (next) => {
          const below = next?.newest ?? Number.POSITIVE_INFINITY;
          let newest = below;
          if (isLine(layer)) for (const path of pathsOf(layer)) newest = Math.min(newest, this.#newest(path));
          return newest < below ? { newest } : null;
        },
        goesOn: isLine(layer) ? layer.next : null,
      }),
    });
  }

  /** The place of the newest of its commits that touches the path. */
  #newest(path: string): number {
    return this.#touched.get(path)?.[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Of these paths the ones that its newest `length` commits touch, too. */
  met(paths: string[], length: number): Set<string> {
    return new Set(paths.filter((path) => this.#newest(path) < length));
  }

  /** Whether its newest `length` commits touch any of these paths, or of those that the layers touch. */
  meets(paths: string[], layers: Chain<Layer> | null, length: number): boolean {
    const newest = (layers && this.#newestOf(layers)?.newest) ?? Number.POSITIVE_INFINITY;
    return newest < length || paths.some((path) => this.#newest(path) < length);
  }

  /** Those of its newest `length` commits that touch one of the paths, newest first. */
  touching(paths: Iterable<string>, length: number): string[] {
    const found = new Set([...paths].flatMap((path) => this.#touched.get(path) ?? []).filter((i) => i < length));
    return [...found].sort((a, b) => a - b).map((i) => this.commits[i] ?? '');
  }
}
