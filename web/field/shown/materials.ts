// What was used in a job, line by line, as it stands with what this phone has said since. Pure functions.
import type { Schemas } from '$lib/api';
import { rounded } from '$lib/quantities';
import type { Command } from '../queue/types';

export type Use = Schemas['UseOut'];
export type Change = { quantity: number; reason: string; at: string; isSent: boolean };
export type UsedLine = {
  id: string;
  material_id: string;
  author_id: string | null;
  /** As it was first reported. */
  reported: number;
  /** After all corrections. */
  quantity: number;
  at: string;
  isSent: boolean;
  /** Each with what the line stood for after it. */
  changes: Change[];
};
type SentLine = { use_id: string; material_id: string; quantity: number };
type SentCorrection = { use_id: string; quantity: number; reason: string };

/** `commands`: the reports of this job that the phone still has, however far they are. */
export function usedLines(uses: Use[], commands: Command[]): UsedLine[] {
  const lines = new Map<string, UsedLine>();
  for (const use of uses) {
    const corrected = use.corrects_id ? lines.get(use.corrects_id) : undefined;
    if (corrected) change(corrected, { quantity: rounded(corrected.quantity + use.quantity), reason: use.reason, at: use.used_at, isSent: true });
    else lines.set(use.id, lineOf(use.id, use.material_id, use.author_id, use.quantity, use.used_at, true));
  }
  for (const command of reports(commands)) {
    const { lines: said = [], corrections = [] } = command.fields as { lines?: SentLine[]; corrections?: SentCorrection[] };
    for (const one of said) {
      if (!lines.has(one.use_id)) lines.set(one.use_id, lineOf(one.use_id, one.material_id, null, one.quantity, command.occurred_at, false));
    }
    for (const { use_id, quantity, reason } of corrections) {
      const line = lines.get(use_id);
      if (line) change(line, { quantity, reason, at: command.occurred_at, isSent: false });
    }
  }
  return [...lines.values()];
}

/** What counts: the worker said it, and nobody has refused it or has to decide about it. */
function reports(commands: Command[]): Command[] {
  return commands
    .filter((one) => one.kind === 'use_materials' && one.state !== 'rejected' && one.state !== 'conflict')
    .sort((one, other) => one.seq - other.seq);
}

function lineOf(id: string, material_id: string, author_id: string | null, reported: number, at: string, isSent: boolean): UsedLine {
  return { id, material_id, author_id, reported, quantity: reported, at, isSent, changes: [] };
}

function change(line: UsedLine, made: Change): void {
  line.changes.push(made);
  line.quantity = made.quantity;
}
