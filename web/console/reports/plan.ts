// The numbers of a monthly plan: as people type them (roubles, per cent), and as the API takes them.
import type { Schemas } from '$lib/api';

export type Business = Schemas['CalculateMonthlyPlan'];

export const ROUBLES = ['overhead', 'profit', 'newcomerRub', 'acquisition', 'fanRub'] as const;
export const NUMBERS = ['fansNow', 'purchases', 'toFan', 'loss'] as const;
export type Name = (typeof ROUBLES)[number] | (typeof NUMBERS)[number];
export type Typed = Record<Name, number>;

/** What stands in the form before anything is known. */
export const USUAL: Typed = {
  overhead: 600_000, profit: 400_000, newcomerRub: 15_000, acquisition: 4_000, fanRub: 5_000, fansNow: 0, purchases: 6, toFan: 20, loss: 2,
};

export const hundredths = (value: number) => Math.round(value * 100);

export const businessOf = (typed: Typed): Business => ({
  overhead_kop: hundredths(typed.overhead),
  profit_kop: hundredths(typed.profit),
  newcomer_kop: hundredths(typed.newcomerRub),
  acquisition_kop: hundredths(typed.acquisition),
  fan_kop: hundredths(typed.fanRub),
  fans: typed.fansNow,
  fan_purchases_bp: hundredths(typed.purchases),
  newcomer_to_fan_bp: hundredths(typed.toFan),
  fan_loss_bp: hundredths(typed.loss),
});

export const typedOf = (business: Business): Typed => ({
  overhead: business.overhead_kop / 100,
  profit: business.profit_kop / 100,
  newcomerRub: business.newcomer_kop / 100,
  acquisition: business.acquisition_kop / 100,
  fanRub: business.fan_kop / 100,
  fansNow: business.fans,
  purchases: business.fan_purchases_bp / 100,
  toFan: business.newcomer_to_fan_bp / 100,
  loss: business.fan_loss_bp / 100,
});
