// A list that is read a page at a time: the next page comes behind what is shown.
import { untrack } from 'svelte';

type Page<T> = { items: T[]; next_cursor?: string | null };

export class Pages<T> {
  items = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  problem = $state.raw<unknown>(null);
  /** Whether an answer has come. */
  isKnown = $state(false);
  isReading = $state(false);
  #turn = 0;

  constructor(private readonly ask: (cursor: string | undefined) => Promise<Page<T>>) {}

  /** Read from the start. What is shown stays until the answer comes. */
  read = (): Promise<void> => this.#from(undefined);

  more = (): Promise<void> => this.#from(this.next ?? undefined);

  async #from(cursor: string | undefined): Promise<void> {
    const turn = ++this.#turn;
    untrack(() => (this.isReading = true));
    try {
      const page = await this.ask(cursor);
      if (turn !== this.#turn) return;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.next = page.next_cursor ?? null;
      this.problem = null;
      this.isKnown = true;
    } catch (problem) {
      if (turn === this.#turn) this.problem = problem;
    } finally {
      if (turn === this.#turn) this.isReading = false;
    }
  }
}
