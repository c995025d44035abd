// The draft of a plan as a form holds it: every default is written out, so that fields have something to bind to.
import type { Schemas } from '$lib/api';

type Content = Schemas['PlanContent'];
type Filled<T, K extends keyof T> = Omit<T, K> & { [Key in K]-?: NonNullable<T[Key]> };
type Span = Filled<Schemas['Span'], 'unit'>;
export type Condition = Filled<Schemas['Condition'], 'any_of' | 'is_not'>;
export type Audience = Omit<Filled<Schemas['Audience'], 'statuses' | 'categories' | 'days_before'>, 'only_if'> & {
  only_if: Condition[];
};
export type Message = Filled<Schemas['MessageToSend'], 'on_capped' | 'on_quiet' | 'invites' | 'free_within_days' | 'without_consent'>;
export type Task = Filled<Schemas['TaskToDo'], 'channel' | 'escalate_after_min'>;
export type Repeat = { every: Span; times: number };
export type Step = Omit<Schemas['TouchStep'], 'delay' | 'conditions' | 'lives' | 'message' | 'task' | 'repeat' | 'on'> & {
  delay: Filled<Schemas['Delay'], 'amount' | 'unit' | 'is_before' | 'anchor' | 'weekdays'>;
  conditions: Condition[];
  lives: Span;
  on: string[];
  message: Message | null;
  task: Task | null;
  repeat: Repeat | null;
};
export type PlanDraft = Omit<Content, 'audience' | 'steps' | 'stops' | 're_entry' | 'holdout_bp' | 'owner_role' | 'goal'> & {
  name: string;
  goal: NonNullable<Content['goal']> | null;
  audience: Audience;
  steps: Step[];
  stops: NonNullable<Content['stops']>;
  re_entry: Filled<Schemas['ReEntry'], 'key' | 'cooldown_days'>;
  holdout_bp: number;
  owner_role: NonNullable<Content['owner_role']>;
};

const TIMES = 2;

const condition = (given: Schemas['Condition']): Condition => ({ any_of: [], is_not: false, ...given });
const span = (given: Schemas['Span']): Span => ({ unit: 'day', ...given });

export const emptyMessage = (given: Partial<Schemas['MessageToSend']> = {}): Message => ({
  template: '',
  channels: [{ channel: 'sms' }],
  on_capped: 'wait',
  on_quiet: 'wait',
  asks: null,
  invites: false,
  free_within_days: 14,
  without_consent: 'task',
  ...given,
});

export const emptyTask = (given: Partial<Schemas['TaskToDo']> = {}): Task => ({
  note: '',
  responsible: { by: 'owner', role: 'dispatcher' },
  deputy: null,
  channel: 'call',
  escalate_after_min: 240,
  ...given,
});

export const emptyRepeat = (): Repeat => ({ every: { amount: 1, unit: 'week' }, times: TIMES });

const stepOf = (given: Schemas['TouchStep']): Step => ({
  ...given,
  on: [...(given.on ?? [])],
  delay: { amount: 0, unit: 'day', is_before: false, anchor: 'event', weekdays: [], ...given.delay },
  conditions: (given.conditions ?? []).map(condition),
  lives: span(given.lives ?? { amount: 7 }),
  message: given.message ? emptyMessage(given.message) : null,
  task: given.task ? emptyTask(given.task) : null,
  repeat: given.repeat ? { every: span(given.repeat.every), times: given.repeat.times ?? TIMES } : null,
});

export function whole({ name, draft }: { name: string; draft: Content }): PlanDraft {
  const { audience, steps, ...rest } = draft;
  return {
    name,
    goal: null,
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
    code: freeCode(before),
    after: last,
    delay: { amount: 1, unit: 'day', anchor: last ? 'previous' : 'event' },
    task: emptyTask(),
  });
}

/** By codes the product tells steps apart. People see their numbers. */
function freeCode(steps: Step[]): string {
  const taken = new Set(steps.map((one) => one.code));
  let number = steps.length + 1;
  while (taken.has(`step_${number}`)) number += 1;
  return `step_${number}`;
}

/** Without this step: those that followed it follow what it followed. */
export const without = (steps: Step[], gone: Step): Step[] =>
  steps.filter((one) => one !== gone).map((one) => (one.after === gone.code ? { ...one, after: gone.after, on: [] } : one));

/** What a new plan begins with: a call the day after an act, until the client buys or opts out. */
export const emptyContent = (): Content => ({
  audience: { trigger: 'act' },
  stops: ['purchase_made', 'opted_out'],
  steps: [emptyStep([])] as Content['steps'],
});
