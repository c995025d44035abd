// Commands of a recovery case.
import { api, read, type Schemas } from '$lib/api';

export type StepProps = { given: Schemas['CaseOut']; send: (command: () => Promise<unknown>) => Promise<void>; isBusy: boolean };

export const pathOf = (caseId: string) => ({ path: { case_id: caseId } });
export const seeEvidence = (caseId: string) => read(api.POST('/api/v1/crm/cases/{case_id}/evidence', { params: pathOf(caseId) }));
export const readEvidence = (caseId: string) => read(api.GET('/api/v1/crm/cases/{case_id}/evidence', { params: pathOf(caseId) }));

export const ACTION_KINDS = ['apology', 'rework', 'other_crew', 'other_manager', 'refund', 'discount', 'bonus', 'gift'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** A thing of the evidence that a reason can rest on. */
export type Proof = { id: string; heading: string; facts: Record<string, unknown> };

/** Everything in a file that has an id, by its heading. */
export function proofsOf(content: unknown): Proof[] {
  const found: Proof[] = [];
  for (const [heading, value] of Object.entries(content as Record<string, unknown>)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      const { id, ...facts } = (one ?? {}) as Record<string, unknown>;
      if (typeof id === 'string') found.push({ id, heading, facts });
    }
  }
  return found;
}

const TOLD = [
  'number',
  'kind',
  'type',
  'status',
  'at',
  'said_at',
  'arrived_at',
  'finished_at',
  'signed_at',
  'text',
  'body',
  'comment',
  'notes',
  'words',
  'remarks',
  'caption',
  'amount_kop',
  'late_min',
];

/** A thing of the evidence in a line: what says most of it. */
export const sayProof = (proof: Proof, say: (name: string, value: unknown) => string): string =>
  TOLD.filter((name) => proof.facts[name] !== null && proof.facts[name] !== undefined && proof.facts[name] !== '')
    .map((name) => say(name, proof.facts[name]))
    .join(' · ');
