/** Bytes that have come and were not taken yet, in one piece; adding to many costs no more than adding to few. */
export class Inbox {
  #bytes = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** What is there; overwritten by the next `add`, so copy what is kept. */
  view(): Buffer {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  add(chunk: Buffer): void {
    if (this.#to + chunk.length > this.#bytes.length) {
      const needed = this.length + chunk.length;
      const roomier = needed * 2 > this.#bytes.length ? Buffer.allocUnsafe(needed * 2) : this.#bytes;
      roomier.set(this.view(), 0);
      this.#to -= this.#from;
      this.#from = 0;
      this.#bytes = roomier;
    }
    this.#bytes.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** Drops bytes from the front. */
  take(length: number): void {
    this.#from += length;
    if (this.#from < this.#to) return;
    this.#from = 0;
    this.#to = 0;
    // What one long answer needed is not kept for the short ones.
    if (this.#bytes.length > KEPT) this.#bytes = Buffer.alloc(0);
  }
}

const KEPT = 1024 * 1024;
