// What is being typed into a form. It is kept while it is typed, so that a call, an empty battery or a new version of the
// app costs nothing. A form that nobody typed into is not kept. Somebody else who signs in on the phone does not see it.
import { onMount } from 'svelte';
import { holdUpdate } from '../app/update.svelte';
import { whoIsIn } from '../app/state.svelte';
import { database, draftKey } from './db';

/** Call while a component is made. `value` is there once `isLoaded`; the command that it becomes is given by `handOver`. */
export class KeptDraft<T> {
  value = $state<T>() as T;
  isLoaded = $state(false);
  #isDone = false;
  #untouched = '';

  readonly key: string;

  constructor(form: string, make: () => T) {
    this.key = draftKey(whoIsIn()?.id ?? '', form);
    onMount(() => {
      void this.#load(make);
      return holdUpdate();
    });
    $effect(() => {
      const typed = $state.snapshot(this.value);
      if (this.isLoaded && !this.#isDone) void this.#keep(typed as T);
    });
  }

  async #load(make: () => T): Promise<void> {
    const kept = (await (await database()).get('drafts', this.key)) as T | undefined;
    const fresh = make();
    this.#untouched = JSON.stringify(fresh);
    this.value = kept ?? fresh;
    this.isLoaded = true;
  }

  async #keep(typed: T): Promise<void> {
    const db = await database();
    if (JSON.stringify(typed) === this.#untouched) await db.delete('drafts', this.key);
    else await db.put('drafts', typed, this.key);
  }

  /** `give` keeps the command and names this draft in it: one is kept and the other forgotten, or neither. */
  async handOver(give: (draft: string) => Promise<unknown>): Promise<void> {
    this.#isDone = true; // what is typed while it is kept would come back as a second draft
    try {
      await give(this.key);
    } catch (failure) {
      this.#isDone = false;
      throw failure;
    }
  }
}
