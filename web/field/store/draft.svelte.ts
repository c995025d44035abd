// What is being typed into a form. It is kept while it is typed, so that a call, an empty battery or a new version of the
// app costs nothing.
import { onMount } from 'svelte';
import { holdUpdate } from '../app/update.svelte';
import { database } from './db';

/** Call while a component is made. `value` is there once `isLoaded`; `done` forgets it when it was sent. */
export class KeptDraft<T> {
  value = $state<T>() as T;
  isLoaded = $state(false);
  #isDone = false;

  constructor(
    private readonly key: string,
    make: () => T,
  ) {
    onMount(() => {
      void this.#load(make);
      return holdUpdate();
    });
    $effect(() => {
      const typed = $state.snapshot(this.value);
      if (this.isLoaded && !this.#isDone) void database().then((db) => db.put('drafts', typed, this.key));
    });
  }

  async #load(make: () => T): Promise<void> {
    this.value = ((await (await database()).get('drafts', this.key)) as T | undefined) ?? make();
    this.isLoaded = true;
  }

  async done(): Promise<void> {
    this.#isDone = true;
    await (await database()).delete('drafts', this.key);
  }
}
