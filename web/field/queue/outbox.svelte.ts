// The queue: what the worker did and the server has not settled. Kept in the database first, then in memory for the screens.
import { newId } from '$lib/ids';
import { database } from '../store/db';
import { unsettled, type Outcome } from './policies';
import type { Command, Kind, KeptFile, Place } from './types';

let commands = $state.raw<Command[]>([]);
let files = $state.raw<KeptFile[]>([]);
const tabs = new BroadcastChannel('brigada.field.queue');
let onGiven: () => void = () => {};

export const kept = (): Command[] => commands;
export const keptFiles = (): KeptFile[] => files;
export const waitingCount = (): number => unsettled(commands).length + files.length;

/** Call `hear` when something was put into the queue. */
export function whenGiven(hear: () => void): void {
  onGiven = hear;
}

export async function loadQueue(): Promise<void> {
  const db = await database();
  [commands, files] = await Promise.all([db.getAll('outbox'), db.getAll('files')]);
}

tabs.onmessage = () => void loadQueue();

async function changed(): Promise<void> {
  await loadQueue();
  tabs.postMessage('changed');
}

export type Given = {
  kind: Kind;
  subject: string;
  visit?: string | null;
  fields?: Record<string, unknown>;
  place?: Place | null;
  /** When the worker tapped, by the phone's clock. Default: now. */
  at?: Date;
};

/** Keep what the worker did just now. It has happened when this returns, also if the phone dies in the next moment. */
export async function give(...given: Given[]): Promise<void> {
  await giveWithFiles(given, []);
}

/** The same with the bytes of photos and signatures, which go their own way. All of it is kept, or nothing. */
export async function giveWithFiles(given: Given[], bytes: KeptFile[]): Promise<void> {
  const db = await database();
  const turn = db.transaction(['outbox', 'files', 'meta'], 'readwrite', { durability: 'strict' });
  const meta = turn.objectStore('meta');
  let seq = ((await meta.get('next_seq')) as number | undefined) ?? 0;
  for (const one of given) void turn.objectStore('outbox').add(commandOf(one, seq++));
  for (const file of bytes) void turn.objectStore('files').add(file);
  void meta.put(seq, 'next_seq');
  await turn.done;
  await changed();
  onGiven();
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
  await changed();
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

/** The worker has seen why it did not count, and does not want it any more. */
export async function discard(command: Command): Promise<void> {
  await keepOutcome({ changed: [], removed: [command.id], nextSeq: null });
  const attachment = command.kind === 'declare_attachment' ? (command.fields.attachment_id as string) : null;
  if (attachment) await removeFile(attachment);
}

/** Commands that were applied before a pull began are shown by what it brought. */
export async function forgetApplied(ids: string[]): Promise<void> {
  if (ids.length) await keepOutcome({ changed: [], removed: ids, nextSeq: null });
}

export async function changeFile(file: KeptFile): Promise<void> {
  const db = await database();
  if (await db.getKey('files', file.id)) await db.put('files', file);
  await changed();
}

export async function removeFile(id: string): Promise<void> {
  await (await database()).delete('files', id);
  await changed();
}
