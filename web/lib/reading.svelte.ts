// What a screen shows of one read: the data, that it is on its way, or what went wrong. Data stay while they are read anew.
export class Reading<T> {
  data = $state.raw<T | undefined>(undefined);
  problem = $state.raw<unknown>(undefined);
  isReading = $state(false);
  #turn = 0;

  constructor(private readonly ask: () => Promise<T>) {}

  /** Read now. An answer that comes after that of a later call is dropped. */
  read = async (): Promise<void> => {
    const turn = ++this.#turn;
    this.isReading = true;
    try {
      const data = await this.ask();
      if (turn !== this.#turn) return;
      this.data = data;
      this.problem = undefined;
    } catch (problem) {
      if (turn === this.#turn) this.problem = problem;
    } finally {
      if (turn === this.#turn) this.isReading = false;
    }
  };
}
