// What is wrong with the fields of a form, by the paths that the API names: `steps[2].delay.amount`.
import { Problem } from '$lib/api';
import { getContext, setContext } from 'svelte';

const KEY = Symbol('errors of fields');

const isIn = (path: string, part: string) => path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`);

export class FieldErrors {
  #known = $state.raw<ReadonlyMap<string, string>>(new Map());

  /** Keep what a refusal says of single fields. Anything else empties it. */
  take(failure: unknown): void {
    const errors = failure instanceof Problem ? (failure.body.errors ?? []) : [];
    this.#known = new Map(errors.map((one) => [one.path.replace(/^content\.?/, ''), one.message]));
  }

  /** What is wrong with this field, or with something in it that has no field of its own. */
  at = (...paths: string[]): string => paths.map((path) => this.#known.get(path) ?? '').find(Boolean) ?? '';

  /** All that is wrong in this part of the form, as one text. */
  said = (path: string): string => [...this.#known].flatMap(([one, message]) => (isIn(one, path) ? [message] : [])).join(' ');

  /** Whether anything in this part of the form is wrong. */
  within = (path: string): boolean => [...this.#known.keys()].some((one) => isIn(one, path));

  get count(): number {
    return this.#known.size;
  }
}

/** For the page that holds the form: its parts find the errors by `fieldErrors`. */
export const holdFieldErrors = (): FieldErrors => setContext(KEY, new FieldErrors());

export const fieldErrors = (): FieldErrors => getContext<FieldErrors | undefined>(KEY) ?? new FieldErrors();
