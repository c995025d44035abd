// What a form began with. It keeps one person from writing over what another has changed meanwhile.
const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

type Name<T> = keyof T & string;

function differing<T extends object>(one: T, other: T): Name<T>[] {
  return (Object.keys(other) as Name<T>[]).filter((name) => !same(one[name], other[name]));
}

export class Basis<T extends object> {
  /** What somebody else has changed and the form has taken. */
  taken = $state.raw<Name<T>[]>([]);
  /** What both have changed: the form keeps this person's, until he gives way. */
  both = $state.raw<Name<T>[]>([]);
  #was: T;

  constructor(was: T) {
    this.#was = was;
  }

  /** The form was saved, or begins anew. */
  begin(was: T): void {
    this.#was = was;
    this.taken = [];
    this.both = [];
  }

  /** Only the fields that this person has changed. */
  changed(form: T): Partial<T> {
    return Object.fromEntries(differing(this.#was, form).map((name) => [name, form[name]])) as Partial<T>;
  }

  /** This is how it is now. The form takes what this person has not changed, and nothing else. */
  meet(form: T, now: T): void {
    const theirs = differing(this.#was, now);
    if (!theirs.length) return;
    const mine = differing(this.#was, form);
    this.taken = theirs.filter((name) => !mine.includes(name));
    this.both = theirs.filter((name) => mine.includes(name) && !same(form[name], now[name]));
    for (const name of this.taken) form[name] = now[name];
    this.#was = now;
  }

  /** Take what the other person has written wherever both have. */
  giveWay(form: T): void {
    for (const name of this.both) form[name] = structuredClone(this.#was[name]);
    this.taken = [...this.taken, ...this.both];
    this.both = [];
  }
}
