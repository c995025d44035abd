// The draft of a plan as a form holds it: every default is written out, so that fields have something to bind to.
import type { Schemas } from '$lib/api';

type Content = Schemas['PlanContent'];
type Filled<T, K extends keyof T> = Omit<T, K> & { [Key in K]-?: NonNullable<T[Key]> };
export type Condition = Filled<Schemas['Condition'], 'any_of' | 'is_not'>;
export type Audience = Omit<Filled<Schemas['Audience'], 'statuses' | 'categories' | 'days_before'>, 'only_if'> & { only_if: Condition[] };
export type Step = Omit<Schemas['TouchStep'], 'delay' | 'conditions' | 'lives'> & {
  delay: Filled<Schemas['Delay'], 'amount' | 'unit' | 'is_before' | 'anchor' | 'weekdays'>;
  conditions: Condition[];
  lives: Filled<Schemas['Span'], 'unit'>;
};
export type PlanDraft = Omit<Content, 'audience' | 'steps' | 'stops' | 're_entry' | 'holdout_bp' | 'owner_role'> & {
  audience: Audience;
  steps: Step[];
  stops: NonNullable<Content['stops']>;
  re_entry: Filled<Schemas['ReEntry'], 'key' | 'cooldown_days'>;
  holdout_bp: number;
  owner_role: NonNullable<Content['owner_role']>;
};

const condition = (given: Schemas['Condition']): Condition => ({ any_of: [], is_not: false, ...given });

const stepOf = (given: Schemas['TouchStep']): Step => ({
  ...given,
  delay: { amount: 0, unit: 'day', is_before: false, anchor: 'event', weekdays: [], ...given.delay },
  conditions: (given.conditions ?? []).map(condition),
  lives: { unit: 'day', ...(given.lives ?? { amount: 7 }) },
});

export function whole(content: Content): PlanDraft {
  const { audience, steps, ...rest } = content;
  return {
    stops: [],
    holdout_bp: 0,
    owner_role: 'supervisor',
    ...structuredClone(rest),
    re_entry: { key: 'each', cooldown_days: 0, ...rest.re_entry },
    audience: {
      statuses: [],
      categories: [],
      days_before: 30,
      ...structuredClone(audience),
      only_if: (audience.only_if ?? []).map(condition),
    },
    steps: structuredClone(steps).map(stepOf),
  };
}

/** A call a day after the step before, or after the plan has begun. */
export function emptyStep(before: Step[]): Step {
  const last = before.at(-1)?.code ?? null;
  return stepOf({
    code: `step_${before.length + 1}`,
    after: last,
    delay: { amount: 1, unit: 'day', anchor: last ? 'previous' : 'event' },
    task: { channel: 'call', note: '', responsible: { by: 'owner', role: 'dispatcher' } },
  });
}
