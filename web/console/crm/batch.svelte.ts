// One command for many things, one after the other.
import { Problem } from '$lib/api';
import { wrong } from '$lib/toasts.svelte';

/** The server has looked at this one and said no: the next may be allowed. Without an answer none is tried further. */
const isRefusal = (failure: unknown) => failure instanceof Problem && failure.status >= 400 && failure.status < 500;

export class Batch {
  /** How far it is, while it runs. */
  going = $state.raw<{ done: number; total: number } | null>(null);

  /** Send it for each. One that is refused does not keep the rest. Answers those that are done; says the last refusal. */
  run = async <T>(all: T[], send: (one: T) => Promise<unknown>): Promise<T[]> => {
    const done: T[] = [];
    let problem: unknown;
    for (const [index, one] of all.entries()) {
      this.going = { done: index, total: all.length };
      try {
        await send(one);
        done.push(one);
      } catch (failure) {
        problem = failure;
        if (!isRefusal(failure)) break;
      }
    }
    this.going = null;
    if (problem) wrong(problem);
    return done;
  };
}
