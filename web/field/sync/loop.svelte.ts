// Sends what is kept and brings what is new, whenever there is network: after each tap, when the network comes back, when
// the app comes to the front, and every half a minute.
import { api, Problem, read } from '$lib/api';
import type { Schemas } from '$lib/api';
import { getMeta, setMeta, timesForgotten } from '../store/db';
import { forgetApplied, kept, keepOutcome, whenGiven } from '../queue/outbox.svelte';
import { afterAnswer, batchOf, pauseMs } from '../queue/policies';
import { placesAdded } from '../places/given';
import { keepPull } from './items.svelte';
import { noteAnswer } from './network.svelte';
import { isOfOwner } from './owner';
import { isSending, noteSending } from './sending.svelte';
import { settleDecided } from '../queue/decided';
import { sendFiles } from '../uploads/lane';

const EVERY_MS = 30_000;
const PATIENCE_MS = 60_000;
/** So many batches go in one turn. The next turn goes on. */
const ROUNDS_MAX = 50;

let problem = $state.raw<Problem | null>(null);
let isWanted = false;
let tries = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let isStarted = false;
const afterTurn = new Set<() => Promise<void>>();

/** Why the last turn ended early. Null: it did not. */
export const syncProblem = () => problem;

/** Something else that goes with each turn, such as positions. */
export function alsoSend(task: () => Promise<void>): void {
  afterTurn.add(task);
}

export function startSync(): void {
  isStarted = true;
  whenGiven(sync);
  addEventListener('online', sync);
  document.addEventListener('visibilitychange', onVisible);
  sync();
}

export function stopSync(): void {
  isStarted = false;
  clearTimeout(timer);
  removeEventListener('online', sync);
  document.removeEventListener('visibilitychange', onVisible);
}

function onVisible(): void {
  if (document.visibilityState === 'visible') sync();
}

/** Send and bring now. If it is being done already, once more afterwards. */
export function sync(): void {
  if (!isStarted) return;
  isWanted = true;
  if (!isSending()) void run();
}

async function run(): Promise<void> {
  noteSending(true);
  clearTimeout(timer);
  try {
    while (isWanted && isStarted) {
      isWanted = false;
      await inTurn();
    }
    tries = 0;
    problem = null;
    noteAnswer(true);
  } catch (failure) {
    tries += 1;
    problem = failure instanceof Problem ? failure : new Problem({ status: 0, code: 'fault', title: String(failure), detail: '' });
    if (problem.code === 'unreachable') noteAnswer(false);
    else if (!(failure instanceof Problem)) console.warn(failure);
  } finally {
    noteSending(false);
    if (isStarted) timer = setTimeout(sync, problem ? pauseMs(tries) : EVERY_MS);
  }
}

/** Two windows of the app take turns: each reads the queue anew when it is its turn. */
async function inTurn(): Promise<void> {
  if (!navigator.onLine) throw new Problem({ status: 0, code: 'unreachable', title: '', detail: '' });
  if (!navigator.locks) return turn();
  await navigator.locks.request('brigada.field.sync', turn);
}

async function turn(): Promise<void> {
  if (!(await isOfOwner())) return;
  try {
    await push();
    await pull();
    for (const task of afterTurn) await task();
  } finally {
    void sendFiles(sync); // a photo on a slow line holds up no command, and a command in trouble holds up no photo
  }
}

/** Some networks swallow requests: without an end to its patience the queue would stand until the app is started anew. */
const inTime = () => ({ signal: AbortSignal.timeout(PATIENCE_MS) });

/** Send batches until nothing is left to send. What waits on the server is asked for once in a turn. */
async function push(): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await placesAdded();
    const commands = kept();
    const batch = batchOf(commands, (await getMeta<number>('expected_seq')) ?? null, new Date().toISOString());
    if (!batch.commands.length && !batch.lost.length && (round > 0 || !batch.waiting.length)) return;
    const answer = await read(api.POST('/api/v1/field/sync/commands', { body: batch as never, ...inTime() }));
    await setMeta('expected_seq', answer.expected_seq);
    const before = JSON.stringify(commands);
    await keepOutcome(afterAnswer(commands, answer));
    if (answer.verdicts.some((verdict) => verdict.status >= 500)) throw faultOf(answer);
    if (JSON.stringify(kept()) === before) return; // the next turn tries again
  }
}

function faultOf(answer: Schemas['PushedOut']): Problem {
  const failed = answer.verdicts.find((verdict) => verdict.status >= 500)!;
  return new Problem({ status: failed.status, code: 'internal', title: '', detail: '', ...failed.problem } as never);
}

async function pull(): Promise<void> {
  const applied = kept().filter((command) => command.state === 'applied').map((command) => command.id);
  const since = timesForgotten();
  const cursor = await getMeta<string>('cursor');
  const pulled = await read(api.GET('/api/v1/field/sync', { params: { query: cursor ? { cursor } : {} }, ...inTime() }));
  await keepPull(pulled, since);
  await forgetApplied(applied);
  await settleDecided();
}
