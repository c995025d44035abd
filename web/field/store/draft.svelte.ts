// What is being typed into a form. It is kept while it is typed, so that a call, an empty battery or a new version of the
// app costs nothing. A form that nobody typed into is not kept. Somebody else who signs in on the phone does not see it.
import { onMount } from 'svelte';
import { holdUpdate } from '../app/update.svelte';
import { whoIsIn } from '../app/state.svelte';
import { database, draftKey } from './db';

/** Those whose screen is open, by key. */
const opened = new Map<string, KeptDraft<never>>();

/** Call while a component is made. `value` is there once `isLoaded`; the command that it becomes is given by `handOver`. */
export class KeptDraft<T> {
  value = $state<T>() as T;
  isLoaded = $state(false);
  #isDone = false;
  #untouched = '';
  #loaded: Promise<void> | undefined;
  readonly #make: () => T;

  readonly key: string;

  constructor(form: string, make: () => T) {
    this.key = draftKey(whoIsIn()?.id ?? '', form);
    this.#make = make;
    onMount(() => {
      opened.set(this.key, this as unknown as KeptDraft<never>);
      this.#loaded = this.#load();
      const release = holdUpdate();
      return () => {
        if (opened.get(this.key) === (this as unknown)) opened.delete(this.key);
        release();
      };
    });
    $effect(() => {
      const typed = $state.snapshot(this.value);
      if (this.isLoaded && !this.#isDone) void this.#keep(typed as T);
    });
  }

  async #load(): Promise<void> {
    const kept = (await (await database()).get('drafts', this.key)) as T | undefined;
    const fresh = this.#make();
    this.#untouched = JSON.stringify(fresh);
    this.value = kept ?? fresh;
    this.isLoaded = true;
  }

  async #keep(typed: T): Promise<void> {
    const db = await database();
    if (JSON.stringify(typed) === this.#untouched) await db.delete('drafts', this.key);
    else await db.put('drafts', typed, this.key);
  }

  /**
   * Change it with what came a moment later, such as a photo. If its screen was left meanwhile, what is kept is changed,
   * or the same form on a screen that was opened since.
   */
  async change(make: (value: T) => void): Promise<void> {
    const open = opened.get(this.key) as unknown as KeptDraft<T> | undefined;
    if (open) {
      await open.#loaded;
      return make(open.value);
    }
    const turn = (await database()).transaction('drafts', 'readwrite');
    const value = ((await turn.store.get(this.key)) as T | undefined) ?? this.#make();
    make(value);
    if (JSON.stringify(value) !== this.#untouched) void turn.store.put(value, this.key);
    await turn.done;
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
