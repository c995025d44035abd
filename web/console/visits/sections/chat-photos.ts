// A photo of the office for a chat: declared, uploaded as phones do, and named by the message with its hash.
import { api, once, read, type Schemas } from '$lib/api';

/** What the API takes as a photo. */
export const PHOTO_TYPES = 'image/jpeg,image/png,image/webp,image/heic';

export async function uploadPhoto(visitId: string, file: File): Promise<Schemas['PhotoIn']> {
  const sha256 = await hashOf(file);
  const body = { content_type: file.type, size: file.size, sha256, caption: '' };
  const declared = await read(api.POST('/api/v1/visits/{visit_id}/chat-photos', { params: { path: { visit_id: visitId }, header: once() }, body }));
  if (!declared.stored_at) await upload(declared.id, file);
  return { attachment_id: declared.id, sha256 };
}

async function upload(id: string, file: File): Promise<void> {
  await read(
    api.PUT('/api/v1/attachments/{attachment_id}/content', {
      params: { path: { attachment_id: id } },
      body: file as unknown as string,
      bodySerializer: () => file,
      headers: { 'Content-Type': 'application/octet-stream' },
    }),
  );
}

async function hashOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
