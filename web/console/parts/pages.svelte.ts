// A list that is read page by page: "show more" adds one.
export type PageOf<T> = { items: T[]; next_cursor: string | null };
export type From = { cursor?: string };

export class Pages<T> {
  list = $state.raw<T[] | undefined>(undefined);
  problem = $state.raw<unknown>(undefined);
  isReading = $state(false);
  #next = $state<string | null>(null);
  #shown = 1;
  #turn = 0;

  constructor(private readonly ask: (from: From) => Promise<PageOf<T>>) {}

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** From the beginning. Answers that come after those of a later call are dropped. */
  read = async (): Promise<void> => this.#readPages(1);

  /** As many pages as are shown, anew. */
  again = async (): Promise<void> => this.#readPages(this.#shown);

  more = async (): Promise<void> => {
    if (this.#next !== null && !this.isReading) await this.#readPages(this.#shown + 1);
  };

  async #readPages(count: number): Promise<void> {
    const turn = ++this.#turn;
    this.isReading = true;
    try {
      const list: T[] = [];
      let next: string | null = null;
      for (let page = 0; page < count && (page === 0 || next !== null); page++) {
        const answer: PageOf<T> = await this.ask(next ? { cursor: next } : {});
        list.push(...answer.items);
        next = answer.next_cursor;
      }
      if (turn !== this.#turn) return;
      this.list = list;
      this.#next = next;
      this.#shown = count;
      this.problem = undefined;
    } catch (problem) {
      if (turn === this.#turn) this.problem = problem;
    } finally {
      if (turn === this.#turn) this.isReading = false;
    }
  }
}
