// What came of a talk or a task, as a form holds it.
import { dayKey, shiftDay } from '$lib/format';
import type { LossReason, Outcome } from './words';

export type OutcomeForm = { outcome: Outcome; reason: string; lossReason: LossReason | ''; callBackAt: string; agreedOn: string };

/** Tomorrow morning is when most people are called back. */
export const emptyOutcome = (): OutcomeForm => ({
  outcome: 'agreed',
  reason: '',
  lossReason: '',
  callBackAt: `${shiftDay(dayKey(), 1)}T10:00`,
  agreedOn: '',
});
