// Pairs of similar cards, found by going through all cards of the base. It pauses when enough are found to be decided.
import { api, read, type Schemas } from '$lib/api';

export type Pair = Schemas['SuggestionOut'];

const CARDS_AT_A_TIME = 100;
const ENOUGH = 20;

const nameOf = (one: Pair) => [one.client_id, one.other_id].sort().join(' ');

export class Pairs {
  items = $state.raw<Pair[]>([]);
  problem = $state.raw<unknown>(null);
  /** Cards that were looked at, at most. */
  looked = $state(0);
  isLooking = $state(false);
  #next = $state<string | null | undefined>(undefined);
  #turn = 0;

  /** Whether all cards were looked at. */
  get isWhole(): boolean {
    return this.#next === null;
  }

  /** Go on until there are some more pairs, or no cards are left. */
  look = async (): Promise<void> => {
    if (this.isLooking || this.#next === null) return;
    this.isLooking = true;
    this.problem = null;
    const before = this.items.length;
    const turn = this.#turn;
    try {
      do {
        const cursor: { cursor?: string } = this.#next ? { cursor: this.#next } : {};
        const page: Schemas['SuggestionsOut'] = await read(
          api.GET('/api/v1/client-duplicates', { params: { query: { limit: CARDS_AT_A_TIME, ...cursor } } }),
        );
        if (turn !== this.#turn) return;
        this.#add(page.items);
        this.looked += CARDS_AT_A_TIME;
        this.#next = page.next_cursor ?? null;
      } while (this.#next && this.items.length < before + ENOUGH);
    } catch (problem) {
      if (turn === this.#turn) this.problem = problem;
    } finally {
      if (turn === this.#turn) this.isLooking = false;
    }
  };

  /** Nobody looks any more. */
  stop = (): void => {
    this.#turn += 1;
  };

  /** The pair is decided. */
  drop = (pair: Pair): void => {
    this.items = this.items.filter((one) => one !== pair);
  };

  /** Two cards became one: nothing is left to be said of the other. */
  dropCard = (cardId: string): void => {
    this.items = this.items.filter((one) => one.client_id !== cardId && one.other_id !== cardId);
  };

  /** From the beginning. What a look that is under way still finds is dropped. */
  again = async (): Promise<void> => {
    this.#turn += 1;
    this.isLooking = false;
    this.items = [];
    this.looked = 0;
    this.#next = undefined;
    await this.look();
  };

  /** Each pair is found from both its cards: it is shown once. */
  #add(found: Pair[]): void {
    const known = new Set(this.items.map(nameOf));
    const fresh: Pair[] = [];
    for (const one of found) {
      if (known.has(nameOf(one))) continue;
      known.add(nameOf(one));
      fresh.push(one);
    }
    this.items = [...this.items, ...fresh];
  }
}
