import { type Chain, linksOf, sharedChains } from './chain';
import { isLine, type Layer } from './layers';

/** What a layer touches of what a line does. */
interface Alike {
  paths: ReadonlySet<string>;
  /** The place on the line of the newest commit that touches any of it, or of what the layers below touch. */
  newest: number;
}

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
  /** Of layers those that touch a path that it touches, too. */
  #alike: (layers: Chain<Layer>) => Chain<Alike> | null = () => null;

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
    this.#alike = sharedChains<Chain<Layer>, Alike>({
      key: (layer) => layer,
      step: (layer) => ({
        link: (next) => {
          const touched = new Set(isLine(layer) ? pathsOf(layer).filter((path) => this.#touched.has(path)) : []);
          if ([...touched].every((path) => next?.paths.has(path))) return null;
          let newest = next?.newest ?? Number.POSITIVE_INFINITY;
          for (const path of touched) newest = Math.min(newest, this.#newest(path));
          return { paths: touched, newest };
        },
        goesOn: isLine(layer) ? layer.next : null,
      }),
    });
  }

  /** The place of the newest of its commits that touches the path. */
  #newest(path: string): number {
    return this.#touched.get(path)?.[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Of these paths, and those that the layers touch, the ones that its newest `length` commits touch, too. */
  met(own: string[], layers: Chain<Layer> | null, length: number): Set<string> {
    const met = new Set(own.filter((path) => this.#newest(path) < length));
    for (const { paths, newest } of linksOf(layers && this.#alike(layers))) {
      if (newest >= length) break;
      for (const path of paths) if (this.#newest(path) < length) met.add(path);
    }
    return met;
  }

  /** Those of its newest `length` commits that touch one of the paths, newest first. */
  touching(paths: Iterable<string>, length: number): string[] {
    const found = new Set([...paths].flatMap((path) => this.#touched.get(path) ?? []).filter((i) => i < length));
    return [...found].sort((a, b) => a - b).map((i) => this.commits[i] ?? '');
  }
}
