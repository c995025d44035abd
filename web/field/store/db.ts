// What the phone keeps. Everything the app knows lies here, so that a restart of the phone loses nothing.
import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from 'idb';
import type { Command, KeptFile } from '../queue/types';

export type KeptItem = { kind: string; id: string; item: unknown };
export type KeptPing = { at: string; lat: number; lon: number } & Record<string, unknown>;

interface FieldDB extends DBSchema {
  /** Commands that the server has not settled, by id. */
  outbox: { key: string; value: Command };
  /** Photos and signatures that the server has not stored, with their bytes. */
  files: { key: string; value: KeptFile };
  /** What the server says: visits, forms, acts … by kind and id. */
  items: { key: [string, string]; value: KeptItem };
  /** Single values: cursor, next number, who is signed in. */
  meta: { key: string; value: unknown };
  /** Positions that were not sent. */
  pings: { key: number; value: KeptPing };
  /** Forms that are open: what was typed survives a restart. Each key begins with the id of whoever typed. */
  drafts: { key: string; value: unknown };
}

export type FieldStore = StoreNames<FieldDB>;
const STORES: FieldStore[] = ['outbox', 'files', 'items', 'meta', 'pings', 'drafts'];

let opened: Promise<IDBPDatabase<FieldDB>> | undefined;

export function database(): Promise<IDBPDatabase<FieldDB>> {
  opened ??= openDB<FieldDB>('brigada.field', 2, {
    upgrade(db, before, _now, turn) {
      if (before === 1) return void ownDrafts(turn);
      db.createObjectStore('outbox', { keyPath: 'id' });
      db.createObjectStore('files', { keyPath: 'id' });
      db.createObjectStore('items', { keyPath: ['kind', 'id'] });
      db.createObjectStore('meta');
      db.createObjectStore('pings', { autoIncrement: true });
      db.createObjectStore('drafts');
    },
    blocked: () => onBlocked(true),
    blocking: () => location.reload(), // another window has a newer version of the app
    terminated: () => (opened = undefined), // the browser closed it: the next one who asks opens it anew
  }).finally(() => onBlocked(false));
  return opened;
}

let onBlocked: (isBlocked: boolean) => void = () => {};

/** Call `hear` when another window with an older version of the app holds up the opening, and when it does so no more. */
export function whenBlocked(hear: (isBlocked: boolean) => void): void {
  onBlocked = hear;
}

/** The first version of the database did not say whose forms they are: they are those of whoever is signed in. */
async function ownDrafts(turn: IDBPTransaction<FieldDB, FieldStore[], 'versionchange'>): Promise<void> {
  const [drafts, me] = [turn.objectStore('drafts'), (await turn.objectStore('meta').get('me')) as { id: string } | undefined];
  for (const key of await drafts.getAllKeys()) {
    if (me) void drafts.put(await drafts.get(key), draftKey(me.id, key));
    void drafts.delete(key);
  }
}

export async function getMeta<T>(name: string): Promise<T | undefined> {
  return (await (await database()).get('meta', name)) as T | undefined;
}

export async function setMeta(name: string, value: unknown): Promise<void> {
  await (await database()).put('meta', value, name);
}

let forgotten = 0;
/** Goes up when everything is to be forgotten. What was asked for before must not be kept after it: it is another person's. */
export const timesForgotten = (): number => forgotten;

/**
 * Forget everything, because another person will use this phone, unless `mayGo` says that work waits in it. Forms that
 * were begun stay: each is shown to nobody but its owner.
 */
export async function forgetAllIf(mayGo: (commands: Command[], files: KeptFile[]) => boolean): Promise<boolean> {
  const db = await database();
  forgotten += 1;
  const turn = db.transaction(STORES, 'readwrite');
  const [commands, files] = await Promise.all([turn.objectStore('outbox').getAll(), turn.objectStore('files').getAll()]);
  const isGoing = mayGo(commands, files);
  if (isGoing) for (const store of STORES) if (store !== 'drafts') void turn.objectStore(store).clear();
  await turn.done;
  return isGoing;
}

export const draftKey = (owner: string, form: string): string => `${owner} ${form}`;
const draftsOf = (owner: string) => IDBKeyRange.bound(draftKey(owner, ''), draftKey(owner, '\uffff'));

export async function countDrafts(owner: string): Promise<number> {
  return (await database()).count('drafts', draftsOf(owner));
}

export async function forgetDrafts(owner: string): Promise<void> {
  await (await database()).delete('drafts', draftsOf(owner));
}

/** Ask the browser not to throw the data away when the phone is full. */
export async function keepForGood(): Promise<boolean> {
  return (await navigator.storage?.persist?.()) ?? false;
}
