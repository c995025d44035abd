// Rules that a person may overrule with a reason: the command is sent, refused, and sent again with what he writes.
import { Problem } from './api';

type Asked = { problem: Problem; answer: (reason: string | null) => void };

let asked = $state.raw<Asked | null>(null);

/** What is asked now; `ReasonDialog` shows it. */
export const askedReason = (): Asked | null => asked;

/** Refusals for which a reason helps. */
const OVERRULED = ['visits_beneath', 'absence_over_visit', 'assignee_unsuitable', 'not_ready_then', 'crew_member_busy'];

/**
 * Do something that a rule may forbid. If it is refused so, ask the person for a reason and do it again with it.
 * Answers null when he gives none. Other refusals are thrown.
 */
export async function withReason<T>(act: (reason: string | null) => Promise<T>): Promise<T | null> {
  let reason: string | null = null;
  for (;;) {
    try {
      return await act(reason);
    } catch (failure) {
      if (reason !== null || !(failure instanceof Problem) || !OVERRULED.includes(failure.code)) throw failure;
      reason = await ask(failure);
      if (reason === null) return null;
    }
  }
}

function ask(problem: Problem): Promise<string | null> {
  return new Promise((resolve) => {
    asked = {
      problem,
      answer: (reason) => {
        asked = null;
        resolve(reason);
      },
    };
  });
}
