// What the server says, as the phone has it: visits, forms, acts and all other kinds that a pull brings.
import type { Schemas } from '$lib/api';
import { database, timesForgotten, type KeptItem } from '../store/db';

type Items = Schemas['SyncItems'];
export type ItemKind = keyof Items;
type ItemOf<K extends ItemKind> = Items[K][number];

export type Visit = Schemas['FieldVisitOut'];
export type Act = Schemas['ActOut'];

let byKind = $state.raw(new Map<string, Map<string, unknown>>());
let pulledAt = $state(0);
let loadedCursor: string | undefined;

/** When the phone was brought up to date last, by its own clock. 0: never. */
export const lastPull = () => pulledAt;

/** All items of a kind, in no order. */
export function items<K extends ItemKind>(kind: K): ItemOf<K>[] {
  return [...(byKind.get(kind)?.values() ?? [])] as ItemOf<K>[];
}

export function item<K extends ItemKind>(kind: K, id: string): ItemOf<K> | undefined {
  return byKind.get(kind)?.get(id) as ItemOf<K> | undefined;
}

export async function loadItems(): Promise<void> {
  const db = await database();
  const [rows, at, cursor] = await Promise.all([db.getAll('items'), db.get('meta', 'pulled_at'), db.get('meta', 'cursor')]);
  const loaded = new Map<string, Map<string, unknown>>();
  for (const row of rows) put(loaded, row);
  byKind = loaded;
  pulledAt = (at as number | undefined) ?? 0;
  loadedCursor = cursor as string | undefined;
}

function put(into: Map<string, Map<string, unknown>>, { kind, id, item }: KeptItem): void {
  let found = into.get(kind);
  if (!found) into.set(kind, (found = new Map()));
  found.set(id, item);
}

/**
 * Keep what a pull brought, with its cursor, all or nothing. Mostly it is nothing, and then nothing is read anew.
 * `since`: `timesForgotten` when it was asked for.
 */
export async function keepPull(pulled: Schemas['SyncOut'], since: number): Promise<void> {
  const db = await database();
  if (since !== timesForgotten()) return;
  const turn = db.transaction(['items', 'meta'], 'readwrite');
  const store = turn.objectStore('items');
  if (pulled.is_full) void store.clear();
  for (const [kind, changed] of Object.entries(pulled.changed) as [string, { id: string }[]][]) {
    for (const item of changed) void store.put({ kind, id: item.id, item });
  }
  for (const [kind, ids] of Object.entries(pulled.removed)) for (const id of ids) void store.delete([kind, id]);
  void turn.objectStore('meta').put(pulled.cursor, 'cursor');
  void turn.objectStore('meta').put(Date.now(), 'pulled_at');
  void turn.objectStore('meta').put(pulled.photo_limits, 'photo_limits');
  await turn.done;
  if (pulled.cursor === loadedCursor) pulledAt = Date.now();
  else await loadItems();
}
