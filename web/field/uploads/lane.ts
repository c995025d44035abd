// Photos and signatures go in parts, one after the other, beside the commands. What is safe on the server is not sent
// again; the bytes on the phone are deleted when the server has stored the whole file.
import { api, Problem, read } from '$lib/api';
import type { Schemas } from '$lib/api';
import { changeFile, kept, keptFiles, removeFile } from '../queue/outbox.svelte';
import type { KeptFile } from '../queue/types';
import { isOfOwner } from '../sync/owner';

type Progress = Schemas['UploadProgressOut'];

const PART_BYTES = 128 * 1024;
/** A part on a very slow line. */
const PATIENCE_MS = 60_000;
let isRunning = false;

/** Send all files whose declaration has arrived. `onStored` is called after each that is stored. */
export async function sendFiles(onStored: () => void): Promise<void> {
  if (isRunning) return;
  isRunning = true;
  try {
    for (const file of keptFiles().filter(mayGo)) {
      if (!(await sendWhole(file, onStored))) break;
    }
  } finally {
    isRunning = false;
  }
}

/** Answers whether the next one is worth a try: a file that the server stumbles over holds up no other. */
async function sendWhole(file: KeptFile, onStored: () => void): Promise<boolean> {
  try {
    if (!(await isOfOwner())) return false;
    if (await sendOne(file)) onStored();
    return true;
  } catch (failure) {
    if (!(failure instanceof Problem)) throw failure;
    return failure.code !== 'unreachable' && failure.status !== 401 && failure.status !== 429;
  }
}

/** The server must know of it first. */
function mayGo(file: KeptFile): boolean {
  const declaration = kept().find((one) => one.kind === 'declare_attachment' && one.fields.attachment_id === file.id);
  return !file.refusal && (!declaration || declaration.state === 'applied');
}

/** Answers whether it is stored. */
async function sendOne(file: KeptFile): Promise<boolean> {
  try {
    let progress = await read(api.GET('/api/v1/attachments/{attachment_id}/upload', at(file.id)));
    while (!progress.attachment.stored_at) {
      if (progress.offset !== file.sent) await changeFile((file = { ...file, sent: progress.offset }));
      progress = await sendPart(file, progress.offset);
    }
    await removeFile(file.id);
    return true;
  } catch (failure) {
    if (!(failure instanceof Problem) || !isFinal(failure)) throw failure;
    await changeFile({ ...file, refusal: { code: failure.code, title: failure.body.title, detail: failure.body.detail } });
    return false;
  }
}

async function sendPart(file: KeptFile, offset: number): Promise<Progress> {
  const part = file.bytes.slice(offset, offset + PART_BYTES);
  try {
    return await read(
      api.PATCH('/api/v1/attachments/{attachment_id}/upload', {
        params: { path: { attachment_id: file.id }, header: { 'Upload-Offset': offset } },
        headers: { 'Content-Type': 'application/offset+octet-stream' },
        body: part as never,
        signal: AbortSignal.timeout(PATIENCE_MS),
        bodySerializer: (body: unknown) => body as Blob,
      }),
    );
  } catch (failure) {
    if (failure instanceof Problem && failure.code === 'upload_offset_wrong') {
      return read(api.GET('/api/v1/attachments/{attachment_id}/upload', at(file.id)));
    }
    throw failure;
  }
}

const at = (attachment_id: string) => ({ params: { path: { attachment_id } }, signal: AbortSignal.timeout(PATIENCE_MS) });

/** The same bytes will not be taken later either. The queue shows why. */
const FINAL = ['attachment_not_found', 'too_many_parts', 'upload_expired', 'upload_mismatch', 'upload_refused', 'upload_too_long'];
const isFinal = (failure: Problem) => FINAL.includes(failure.code);
