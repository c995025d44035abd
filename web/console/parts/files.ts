// Pictures and papers of the API. They need the token, so they are read first and shown from this browser's memory.
import { api, read } from '$lib/api';
import { save } from '$lib/download';

type Paper =
  | '/api/v1/acts/{act_id}/pdf'
  | '/api/v1/invoices/{invoice_id}/pdf'
  | '/api/v1/estimates/{estimate_id}/pdf'
  | '/api/v1/passports/{passport_id}/label.pdf';

/** Save a paper as PDF. */
export async function savePdf(paper: Paper, id: string, name: string): Promise<void> {
  const params = { path: { act_id: id, invoice_id: id, estimate_id: id, passport_id: id } };
  save((await read(api.GET(paper, { params, parseAs: 'blob' }))) as unknown as Blob, `${name}.pdf`);
}

/** A photo: small for a list, or as it was taken. A small copy that is not made yet is the photo itself. */
export async function readPhoto(id: string, isWhole = false): Promise<Blob> {
  const params = { path: { attachment_id: id } };
  if (!isWhole) {
    const { data, response } = await api.GET('/api/v1/attachments/{attachment_id}/preview', { params, parseAs: 'blob' });
    if (response.ok) return data as unknown as Blob;
  }
  return (await read(api.GET('/api/v1/attachments/{attachment_id}/content', { params, parseAs: 'blob' }))) as unknown as Blob;
}
