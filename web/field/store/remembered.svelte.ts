// A screen that is read from the server, and shown as it was last time while there is no network.
import { onMount } from 'svelte';
import { Problem } from '$lib/api';
import { getMeta, setMeta, timesForgotten } from './db';

type Kept<T> = { data: T; at: number };

/** Call while a component is made. `name` tells apart what is asked, such as a month. */
export class Remembered<T> {
  data = $state.raw<T | undefined>();
  /** When it was read, by the phone's clock. */
  at = $state(0);
  problem = $state.raw<unknown>();
  isReading = $state(false);
  #name = '';

  constructor(name: () => string, private readonly ask: () => Promise<T>) {
    $effect(() => {
      this.#name = name();
      void this.read();
    });
    onMount(() => {
      addEventListener('online', this.read);
      return () => removeEventListener('online', this.read);
    });
  }

  read = async (): Promise<void> => {
    const name = this.#name;
    const since = timesForgotten();
    this.isReading = true;
    try {
      const kept = await getMeta<Kept<T>>(`read ${name}`);
      if (name !== this.#name) return;
      [this.data, this.at] = [kept?.data, kept?.at ?? 0];
      const data = await this.ask();
      if (since !== timesForgotten()) return;
      await setMeta(`read ${name}`, { data, at: Date.now() });
      if (name !== this.#name) return;
      [this.data, this.at, this.problem] = [data, Date.now(), undefined];
    } catch (problem) {
      if (name !== this.#name) return;
      const isOffline = problem instanceof Problem && problem.code === 'unreachable';
      this.problem = isOffline && this.data !== undefined ? undefined : problem;
    } finally {
      this.isReading = false;
    }
  };
}
