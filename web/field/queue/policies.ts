// Decisions about the queue. Pure functions: what to send next, and what an answer means.
import type { Schemas } from '$lib/api';
import type { Command, KeptFile } from './types';

type Pushed = Schemas['PushedOut'];
type Verdict = Schemas['CommandVerdictOut'];
export type Envelope = { kind: string; subject_id: string; command: Record<string, unknown> };
export type Batch = {
  sent_at: string;
  commands: Envelope[];
  lost: { from_seq: number; until_seq: number }[];
  waiting: string[];
};

export const BATCH_MAX = 100;
/** So often a command that the server stumbled over is sent again before the worker is told. */
export const FAULTS_MAX = 5;

const bySeq = (one: Command, other: Command) => one.seq - other.seq;

/** What is to be sent, in the order in which it was done. */
function toSend(commands: Command[]): Command[] {
  return commands.filter((command) => command.state === 'kept').sort(bySeq).slice(0, BATCH_MAX);
}

/** What the server keeps until something comes. */
const thatWait = (commands: Command[]) => commands.filter((command) => command.state === 'waiting');

/** What the worker must not lose by signing out. */
export const unsettled = (commands: Command[]) =>
  commands.filter((command) => command.state === 'kept' || command.state === 'waiting' || command.state === 'rejected');

/** Whether the id of a file stands anywhere in it. */
export const names = (said: unknown, file: string): boolean => JSON.stringify(said).includes(file);

export const renamed = <T>(said: T, old: string, file: string): T => JSON.parse(JSON.stringify(said).replaceAll(old, file)) as T;

/** The command with another id of a file. What waits on the server with the old one is to be sent again. */
export function withFile(command: Command, old: string, file: string): Command {
  return { ...command, fields: renamed(command.fields, old, file), state: command.state === 'waiting' ? 'kept' : command.state };
}

/** What was typed, without a file that will never come. */
export function withoutFile(said: unknown, file: string): unknown {
  const isIt = (one: unknown) => one === file || (one as { attachment_id?: string } | null)?.attachment_id === file;
  if (Array.isArray(said)) return said.filter((one) => !isIt(one)).map((one) => withoutFile(one, file));
  if (!said || typeof said !== 'object') return said;
  return Object.fromEntries(Object.entries(said).flatMap(([key, one]) => (isIt(one) ? [] : [[key, withoutFile(one, file)]])));
}

export const nothingWaits = (commands: Command[], files: KeptFile[]) => !unsettled(commands).length && !files.length;

/** One request with the next commands. `expected` is the number that the server named last. */
export function batchOf(commands: Command[], expected: number | null, sent_at: string): Batch {
  return {
    sent_at,
    commands: toSend(commands).map(envelopeOf),
    lost: lostBefore(commands, expected),
    waiting: thatWait(commands).map((command) => command.id),
  };
}

function envelopeOf(command: Command): Envelope {
  const { kind, subject, fields, id, seq, occurred_at, place } = command;
  return { kind, subject_id: subject, command: { ...fields, ...place, command_id: id, occurred_at, device_seq: seq } };
}

/** Numbers that the server waits for and this phone does not have: their commands are gone for good. */
function lostBefore(commands: Command[], expected: number | null): Batch['lost'] {
  if (expected === null) return [];
  const open = commands.filter((command) => command.state !== 'applied' && command.seq >= expected);
  if (!open.length) return [];
  const first = Math.min(...open.map((command) => command.seq));
  return first > expected ? [{ from_seq: expected, until_seq: first }] : [];
}

export type Outcome = { changed: Command[]; removed: string[]; nextSeq: number | null };

/** What has become of the commands. `nextSeq`: the phone must number what it keeps anew from here. */
export function afterAnswer(commands: Command[], answer: Pushed): Outcome {
  const known = new Map(commands.map((command) => [command.id, command]));
  const outcome: Outcome = { changed: [], removed: [], nextSeq: null };
  for (const verdict of [...answer.verdicts, ...answer.settled]) {
    const command = verdict.command_id ? known.get(verdict.command_id) : undefined;
    if (!command) continue;
    if (verdict.problem?.code === 'sequence_rolled_back') outcome.nextSeq = answer.expected_seq;
    else outcome.changed.push(settled(command, verdict));
  }
  if (outcome.nextSeq !== null) outcome.changed.push(...numberedFrom(outcome, commands));
  return outcome;
}

/** What was not settled gets the next free numbers, in its old order. */
function numberedFrom(outcome: Outcome, commands: Command[]): Command[] {
  const judged = new Set(outcome.changed.map((command) => command.id));
  const left = commands.filter((command) => command.state === 'kept' && !judged.has(command.id)).sort(bySeq);
  const renumbered = left.map((command, index) => ({ ...command, seq: outcome.nextSeq! + index }));
  outcome.nextSeq! += left.length;
  return renumbered;
}

function settled(command: Command, verdict: Verdict): Command {
  const refusal = verdict.problem ?? null;
  switch (verdict.verdict) {
    case 'applied':
    case 'duplicate':
      return { ...command, state: 'applied', refusal: null };
    case 'waiting':
      return { ...command, state: 'waiting', refusal };
    case 'conflict':
      return { ...command, state: 'conflict', refusal };
    default:
      return isFaultOfServer(verdict) && command.faults < FAULTS_MAX
        ? { ...command, state: 'kept', faults: command.faults + 1 }
        : { ...command, state: 'rejected', refusal };
  }
}

/** It may pass when it is sent again, just as it is. */
const isFaultOfServer = (verdict: Verdict) => verdict.status >= 500 || verdict.problem?.code === 'sequence_too_far';

/** How long to wait before the next try: longer after each, at most a minute. */
export const pauseMs = (tries: number) => Math.min(60_000, 1000 * 2 ** tries);
