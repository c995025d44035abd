// What is being typed into a form. It is kept while it is typed, so that a call, an empty battery or a new version of the
// app costs nothing. A form that nobody typed into is not kept. Somebody else who signs in on the phone does not see it.
// Two windows of the app may show the same form. Each shows what was typed last in either, and none overwrites what it has
// not shown.
import { onMount } from 'svelte';
import { holdUpdate } from '../app/update.svelte';
import { whoIsIn } from '../app/state.svelte';
import { database, draftKey } from './db';

/** Those whose screen is open, by key. */
const opened = new Map<string, KeptDraft<never>>();
const windows = new BroadcastChannel('brigada.field.drafts');
windows.onmessage = catchUp;
// the queue changes forms, too: what was sent is forgotten, and a file gets another id or is given up
new BroadcastChannel('brigada.field.queue').onmessage = catchUp;

function catchUp(): void {
  for (const draft of opened.values()) void draft.catchUp();
}

/** What is shown is not what is kept: another window has changed it. The worker is told by this name (`main.ts`). */
class ChangedElsewhere extends Error {
  name = 'ChangedElsewhere';
}

/** Call while a component is made. `value` is there once `isLoaded`; the command that it becomes is given by `handOver`. */
export class KeptDraft<T> {
  value = $state<T>() as T;
  isLoaded = $state(false);
  #isDone = false;
  #untouched = '';
  /** What is kept, as far as this window has written or read it. */
  #known: string | undefined;
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
    this.#show((await (await database()).get('drafts', this.key)) as T | undefined);
    this.isLoaded = true;
  }

  #show(kept: T | undefined): void {
    const fresh = this.#make();
    this.#untouched = JSON.stringify(fresh);
    this.#known = JSON.stringify(kept);
    this.value = kept ?? fresh;
  }

  async #keep(typed: T): Promise<void> {
    const said = JSON.stringify(typed);
    const wanted = said === this.#untouched ? undefined : said;
    const turn = (await database()).transaction('drafts', 'readwrite');
    const kept = (await turn.store.get(this.key)) as T | undefined;
    const isStale = JSON.stringify(kept) !== this.#known;
    const isNew = !isStale && wanted !== this.#known;
    if (isNew) void (wanted === undefined ? turn.store.delete(this.key) : turn.store.put(typed, this.key));
    await turn.done; // a full phone refuses it here: then what was kept before is still what is known
    if (isNew) {
      this.#known = wanted;
      windows.postMessage('typed');
    }
    if (!isStale) return;
    this.#show(kept);
    throw new ChangedElsewhere();
  }

  /** Show what is kept, if another window has changed it. Answers whether it has. */
  async catchUp(): Promise<boolean> {
    await this.#loaded;
    if (this.#isDone) return false;
    const kept = (await (await database()).get('drafts', this.key)) as T | undefined;
    if (this.#isDone || JSON.stringify(kept) === this.#known) return false;
    this.#show(kept);
    return true;
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
    windows.postMessage('typed');
  }

  /**
   * `give` keeps the command and names this draft in it: one is kept and the other forgotten, or neither. What another window
   * has changed meanwhile is shown instead.
   */
  async handOver(give: (draft: string) => Promise<unknown>): Promise<void> {
    if (await this.catchUp()) throw new ChangedElsewhere();
    this.#isDone = true; // what is typed while it is kept would come back as a second draft
    try {
      await give(this.key);
    } catch (failure) {
      this.#isDone = false;
      throw failure;
    }
  }

  /** After `handOver`, on a screen that stays: an empty form. */
  begin(): void {
    this.#show(undefined);
    this.#isDone = false;
  }
}
