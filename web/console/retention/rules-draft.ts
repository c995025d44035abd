// The rules as a form holds them: every default is written out, so that fields have something to bind to.
import type { Schemas } from '$lib/api';

type Given = Schemas['RulesContent'];
type Full<T> = { [Key in keyof T]-?: Exclude<T[Key], undefined> };
export type Category = Full<Omit<Schemas['Category'], 'spawns'>> & { spawns: Full<Schemas['Spawn']>[] };
export type RulesDraft = Omit<Full<Given>, 'categories' | 'signals' | 'recovery'> & {
  categories: Category[];
  signals: Full<Schemas['SignalRules']>;
  recovery: Full<Schemas['RecoveryRules']>;
};

const categoryOf = (given: Schemas['Category']): Category => ({
  cycle_days: null,
  counts_as_purchase: true,
  early_days: 60,
  late_days: 90,
  grace: 0,
  season: null,
  job_types: [],
  job_kinds: [],
  works: [],
  passport_cycles: [],
  feature_cycles: [],
  typical_kop: null,
  median_kop: null,
  ...given,
  spawns: (given.spawns ?? []).map((one) => ({ product_kinds: [], ...one })),
});

export function wholeRules(given: Given): RulesDraft {
  const known = structuredClone(given);
  return {
    fan_purchases: 2,
    fans_share_bp: 7_500,
    near_days: 14,
    alone_severity: 2,
    pair_days: 30,
    attempts_max: 3,
    attempts_days: 180,
    cold_days: 180,
    tiers: [],
    ...known,
    categories: known.categories.map(categoryOf),
    signals: { late_min: 60, refund_percent: 10, rework_visits: 2, rework_days: 90, ...known.signals },
    recovery: {
      contact_hours: 4,
      attempt_gap_days: 14,
      horizon_days: 730,
      margin_percent: 30,
      budget_percent: 10,
      ask_again_days: 14,
      ...known.recovery,
    },
  };
}

/** By codes programs tell categories and levels apart. People see their names. */
function freeCode(start: string, taken: string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`${start}_${number}`)) number += 1;
  return `${start}_${number}`;
}

export const emptyCategory = (known: Category[]): Category =>
  categoryOf({
    code: freeCode(
      'category',
      known.map((one) => one.code),
    ),
    name_ru: '',
    name_en: '',
  });

export const emptyTier = (known: Schemas['Tier'][]): Schemas['Tier'] => ({
  code: freeCode(
    'tier',
    known.map((one) => one.code),
  ),
  name_ru: '',
  name_en: '',
  from_kop: 0,
});
