// The queue: what the worker did and the server has not settled. Kept in the database first, then in memory for the screens.
import { newId } from '$lib/ids';
import { photosComing } from '../camera/coming.svelte';
import { database } from '../store/db';
import { names, renamed, unsettled, withFile, withoutFile, type Outcome } from './policies';
import type { Command, Kind, KeptFile, Place } from './types';

let commands = $state.raw<Command[]>([]);
let files = $state.raw<KeptFile[]>([]);
const tabs = new BroadcastChannel('brigada.field.queue');
let onGiven: () => void = () => {};

export const kept = (): Command[] => commands;
export const keptFiles = (): KeptFile[] => files;
/** A photo and its declaration are one thing to whoever took it. */
export const isOfFile = (command: Command): boolean => files.some((file) => isDeclarationOf(command, file.id));
export const waitingCount = (): number => unsettled(commands).filter((one) => !isOfFile(one)).length + files.length + photosComing();

/** Call `hear` when something was put into the queue. */
export function whenGiven(hear: () => void): void {
  onGiven = hear;
}

let asked = 0;
let shown = 0;

/** An answer that comes after a later one is dropped: it would bring back what was removed meanwhile. */
export async function loadQueue(): Promise<void> {
  const db = await database();
  const turn = ++asked;
  const found = await Promise.all([db.getAll('outbox'), db.getAll('files')]);
  if (turn > shown) [shown, [commands, files]] = [turn, found];
}

tabs.onmessage = () => void loadQueue();

/** Read it anew, in all windows. */
export async function reloadQueue(): Promise<void> {
  await loadQueue();
  tabs.postMessage('changed');
}

export type Given = {
  kind: Kind;
  subject: string;
  visit?: string | null;
  fields?: Record<string, unknown>;
  place?: Place | null;
  /** The form that it was typed into: forgotten when this is kept. */
  draft?: string;
  /** When the worker tapped, by the phone's clock. Default: now. */
  at?: Date;
};

/**
 * Keep what the worker did just now. It has happened when this returns, also if the phone dies in the next moment.
 * Answers its id.
 */
export async function give(given: Given): Promise<string> {
  return (await giveWithFiles([given], []))[0]!;
}

/** The same with the bytes of photos and signatures, which go their own way. All of it is kept, or nothing. */
export async function giveWithFiles(given: Given[], bytes: KeptFile[]): Promise<string[]> {
  const db = await database();
  const turn = db.transaction(['outbox', 'files', 'meta', 'drafts'], 'readwrite', { durability: 'strict' });
  const meta = turn.objectStore('meta');
  const first = ((await meta.get('next_seq')) as number | undefined) ?? 0;
  const commands = given.map((one, index) => commandOf(one, first + index));
  const asked = [
    ...commands.map((one) => turn.objectStore('outbox').add(one)),
    ...bytes.map((file) => turn.objectStore('files').add(file)),
    ...given.flatMap(({ draft }) => (draft ? turn.objectStore('drafts').delete(draft) : [])),
    meta.put(first + given.length, 'next_seq'),
  ];
  await Promise.all([...asked, turn.done]);
  await reloadQueue();
  onGiven();
  return commands.map((one) => one.id);
}

/**
 * Keep a file under a new id. Its bytes are never away, and what names it and is not settled names the new one, forms that
 * were begun as well; what the server keeps waiting is sent again with it.
 */
export async function replaceFile(old: string, file: KeptFile, declaration: Given): Promise<void> {
  const db = await database();
  const turn = db.transaction(['outbox', 'files', 'meta', 'drafts'], 'readwrite', { durability: 'strict' });
  const [outbox, files, meta, drafts] = [turn.objectStore('outbox'), turn.objectStore('files'), turn.objectStore('meta'), turn.objectStore('drafts')];
  if (await files.getKey(old)) {
    for (const command of unsettled(await outbox.getAll())) {
      if (isDeclarationOf(command, old)) void outbox.delete(command.id);
      else if (names(command.fields, old)) void outbox.put(withFile(command, old, file.id));
    }
    for (const key of await drafts.getAllKeys()) {
      const typed = await drafts.get(key);
      if (names(typed, old)) void drafts.put(renamed(typed, old, file.id), key);
    }
    const seq = ((await meta.get('next_seq')) as number | undefined) ?? 0;
    void outbox.add(commandOf(declaration, seq));
    void meta.put(seq + 1, 'next_seq');
    void files.add(file);
    void files.delete(old);
  }
  await turn.done;
  await reloadQueue();
  onGiven();
}

const isDeclarationOf = ({ kind, fields }: Command, file: string) => kind === 'declare_attachment' && fields.attachment_id === file;

/** Where the worker was, known a moment after he tapped. What was sent meanwhile stays as it is. */
export async function addPlace(id: string, place: Place): Promise<void> {
  const turn = (await database()).transaction('outbox', 'readwrite');
  const command = await turn.store.get(id);
  if (command?.state === 'kept') void turn.store.put({ ...command, place });
  await turn.done;
  await reloadQueue();
}

function commandOf({ kind, subject, visit = null, fields = {}, place = null, at = new Date() }: Given, seq: number): Command {
  const occurred_at = at.toISOString(); // however wrong the phone's clock is: the server corrects it
  return { id: newId(), seq, kind, subject, visit, fields, occurred_at, place, state: 'kept', refusal: null, faults: 0 };
}

/** Keep what an answer of the server says of the commands. */
export async function keepOutcome({ changed: rows, removed, nextSeq }: Outcome): Promise<void> {
  const db = await database();
  const turn = db.transaction(['outbox', 'meta'], 'readwrite', { durability: 'strict' });
  const outbox = turn.objectStore('outbox');
  for (const row of rows) if (await outbox.getKey(row.id)) void outbox.put(row);
  for (const id of removed) void outbox.delete(id);
  if (nextSeq !== null) void turn.objectStore('meta').put(await pastNew(nextSeq, rows, outbox), 'next_seq');
  await turn.done;
  await reloadQueue();
}

/** Commands given while the answer was on its way have higher numbers than the phone may use now. */
async function pastNew(
  nextSeq: number,
  rows: Command[],
  outbox: { getAll(): Promise<Command[]>; put(row: Command): unknown },
): Promise<number> {
  const judged = new Set(rows.map((row) => row.id));
  const given = (await outbox.getAll()).filter((one) => one.state === 'kept' && !judged.has(one.id));
  given.sort((one, other) => one.seq - other.seq).forEach((one) => outbox.put({ ...one, seq: nextSeq++ }));
  return nextSeq;
}

/** Send a refused command once more, just as it is. */
export async function sendAgain(command: Command): Promise<void> {
  await keepOutcome({ changed: [{ ...command, state: 'kept', refusal: null, faults: 0 }], removed: [], nextSeq: null });
  onGiven();
}

/** The worker has seen why they did not count, and does not want them any more: photos go with their declaration. */
export async function discard(...unwanted: Command[]): Promise<void> {
  const files = unwanted.flatMap(({ kind, fields }) => (kind === 'declare_attachment' ? [fields.attachment_id as string] : []));
  await giveUp(unwanted.map((one) => one.id), files);
}

/** The worker does not want this photo any more, which the server has refused. */
export const discardFile = (id: string): Promise<void> => giveUp([], [id]);

/** Forms that were begun do not name the files any more: they would be sent, and wait for ever. */
async function giveUp(commands: string[], files: string[]): Promise<void> {
  const turn = (await database()).transaction(['outbox', 'files', 'drafts'], 'readwrite', { durability: 'strict' });
  const drafts = turn.objectStore('drafts');
  for (const id of commands) void turn.objectStore('outbox').delete(id);
  for (const id of files) void turn.objectStore('files').delete(id);
  for (const key of files.length ? await drafts.getAllKeys() : []) {
    const typed = await drafts.get(key);
    const left = files.reduce(withoutFile, typed);
    if (JSON.stringify(left) !== JSON.stringify(typed)) void drafts.put(left, key);
  }
  await turn.done;
  await reloadQueue();
}

/** Commands that were applied before a pull began are shown by what it brought. */
export async function forgetApplied(ids: string[]): Promise<void> {
  if (ids.length) await keepOutcome({ changed: [], removed: ids, nextSeq: null });
}

/** A file that was given up or stored meanwhile stays away. */
export async function changeFile(file: KeptFile): Promise<void> {
  const turn = (await database()).transaction('files', 'readwrite');
  if (await turn.store.getKey(file.id)) void turn.store.put(file);
  await turn.done;
  await reloadQueue();
}

export async function removeFile(id: string): Promise<void> {
  await (await database()).delete('files', id);
  await reloadQueue();
}
