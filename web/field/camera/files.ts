// Photos and signatures on their way into the queue: a declaration that the server knows them by, and the bytes.
import { newId } from '$lib/ids';
import { keptHere } from '../places/given';
import { giveWithFiles, replaceFile, type Given } from '../queue/outbox.svelte';
import type { KeptFile, Place } from '../queue/types';

export type FileWish = Pick<KeptFile, 'visit' | 'job' | 'purpose'> & { caption?: string; place?: Promise<Place | null>; takenAt?: Date };

/** The file as it is kept, with its hash. */
export async function fileOf(bytes: Blob, wish: FileWish): Promise<KeptFile> {
  const { visit, job, purpose, caption = '' } = wish;
  return { id: newId(), visit, job, purpose, caption, bytes, size: bytes.size, sha256: await sha256(bytes), sent: 0, refusal: null };
}

/** What the server is told of a file. */
export function declaration(file: KeptFile, at = new Date()): Given {
  const { id, visit, purpose, caption, size, sha256 } = file;
  const fields = { attachment_id: id, purpose, caption, size, sha256, content_type: file.bytes.type, captured_at: at.toISOString() };
  return { kind: 'declare_attachment', subject: visit, visit, fields, at };
}

/** Declare a file whose time is over once more, under a new id. */
export async function declareAgain(file: KeptFile): Promise<void> {
  const again = { ...file, id: newId(), sent: 0, refusal: null };
  await replaceFile(file.id, again, declaration(again));
}

/** The file is kept when this returns. The place, if it is asked for, is added when the phone knows it. */
export async function keepFile(bytes: Blob, wish: FileWish): Promise<KeptFile> {
  const file = await fileOf(bytes, wish);
  const keeping = giveWithFiles([declaration(file, wish.takenAt)], [file]).then(([command]) => command!);
  await (wish.place ? keptHere(keeping, wish.place) : keeping);
  return file;
}

async function sha256(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
