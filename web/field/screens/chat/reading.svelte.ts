// How far the worker has read the chats of his jobs, as this phone knows it.
import { give } from '../../queue/outbox.svelte';

const KEPT = 'brigada.field.read';
let numbers = $state.raw(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Record<string, number>);

export const readNumber = (job: string): number => numbers[job] ?? 0;

/** Tell the office that he has seen the chat up to this message. */
export async function markRead(job: string, number: number): Promise<void> {
  numbers = { ...numbers, [job]: number };
  localStorage.setItem(KEPT, JSON.stringify(numbers));
  await give({ kind: 'read_chat', subject: job, fields: { read_number: number } });
}
