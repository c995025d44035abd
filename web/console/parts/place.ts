// A place as people copy it from other maps. Pure functions.
import type { Place } from '../map/adapter';

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
const BETWEEN = String.raw`\s*(?:,|;|/|%2C|\s)\s*`;
const PAIR = `${NUMBER}${BETWEEN}${NUMBER}`;
/** Links of maps name the longitude first or last. Coordinates alone have the latitude first, as all maps copy them. */
const LONGITUDE_FIRST = [
  new RegExp(String.raw`yandex\.[^?]*\?.*\b(?:whatshere%5Bpoint%5D|whatshere\[point\]|pt|ll)=${PAIR}`),
  new RegExp(String.raw`2gis\.[^?]*/geo/(?:\d+/)?${PAIR}`),
  new RegExp(String.raw`2gis\..*[?&]m=${PAIR}`),
];
const LATITUDE_FIRST = [
  new RegExp(`google\\..*!3d${NUMBER}!4d${NUMBER}`),
  new RegExp(`google\\..*@${PAIR}`),
  new RegExp(`google\\..*[?&]q(?:uery)?=${PAIR}`),
  new RegExp(`openstreetmap\\..*mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(`openstreetmap\\..*#map=\\d+/${PAIR}`),
  new RegExp(`^\\s*${PAIR}\\s*$`),
];

/** The place that a link of a map or a pair of coordinates names, in degrees of WGS 84. Null if it names none. */
export function placeIn(text: string): Place | null {
  const [x, y] = firstOf(LONGITUDE_FIRST, text);
  if (x !== undefined) return valid(y!, x);
  const [lat, lon] = firstOf(LATITUDE_FIRST, text);
  return lat === undefined ? null : valid(lat, lon!);
}

function firstOf(forms: RegExp[], text: string): number[] {
  const found = forms.map((form) => form.exec(text)).find(Boolean);
  return found ? [Number(found[1]), Number(found[2])] : [];
}

const valid = (lat: number, lon: number): Place | null => (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null);

/** Where people look an address up. It is opened by a click in a window of its own; nothing is fetched from there. */
export const mapOf = (address: string): string => `https://yandex.ru/maps/?text=${encodeURIComponent(address)}`;
