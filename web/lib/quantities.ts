// How much of a material or a work. Pure functions.
const PLACES = 1000;

/** To three places, as the product keeps them. */
export const rounded = (quantity: number) => Math.round(quantity * PLACES) / PLACES;

/** Of these units there is no half, as `app/core/quantities` has them. */
export const isWhole = (unit: string): boolean => ['pcs', 'set'].includes(unit);

export const fitsUnit = (quantity: number, unit: string): boolean =>
  isWhole(unit) ? Number.isInteger(quantity) : Math.abs(quantity - rounded(quantity)) < 1e-9;
