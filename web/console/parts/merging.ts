// Somebody else has saved a thing while this person was typing about it. Pure functions.
type Parts = Record<string, unknown>;

export const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const hasParts = (value: unknown): value is Parts => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is there now, with what this person has changed on top of it. A list is one value. */
export function onTop<T>(was: T, typed: T, now: T): T {
  if (isSame(was, typed)) return now;
  if (!hasParts(was) || !hasParts(typed) || !hasParts(now)) return typed;
  const names = Object.keys({ ...now, ...typed });
  return Object.fromEntries(names.map((name) => [name, onTop<unknown>(was[name], typed[name], now[name])])) as T;
}
