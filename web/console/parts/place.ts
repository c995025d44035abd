// A place as people copy it from other maps. Pure functions.
import type { Place } from '../map/adapter';

const NUMBER = String.raw`(-?\d{1,3}(?:\.\d+)?)`;
const BETWEEN = String.raw`\s*(?:,|;|/|%2C|\s)\s*`;
const PAIR = `${NUMBER}${BETWEEN}${NUMBER}`;
const COORDINATE = String.raw`(-?\d{1,3}[.,]\d+)`;
/** What a link names comes before the middle of its window. Coordinates alone have the latitude first, as all maps copy them. */
const LONGITUDE_FIRST = [
  new RegExp(String.raw`yandex\..*[?&](?:whatshere|poi)(?:%5B|\[)point(?:%5D|\])=${PAIR}`),
  new RegExp(String.raw`yandex\..*[?&]pt=${PAIR}`),
  new RegExp(String.raw`yandex\..*[?&]ll=${PAIR}`),
  new RegExp(String.raw`2gis\.[^?]*/geo/(?:\d+/)?${PAIR}`),
  new RegExp(String.raw`2gis\..*[?&]m=${PAIR}`),
];
const LATITUDE_FIRST = [
  new RegExp(String.raw`google\..*!3d${NUMBER}!4d${NUMBER}`),
  new RegExp(String.raw`google\..*@${PAIR}`),
  new RegExp(String.raw`google\..*[?&]q(?:uery)?=${PAIR}`),
  new RegExp(String.raw`openstreetmap\..*mlat=${NUMBER}&mlon=${NUMBER}`),
  new RegExp(String.raw`openstreetmap\..*#map=\d+/${PAIR}`),
  new RegExp(String.raw`^\s*${COORDINATE}(?:\s*[;,]\s*|\s+)${COORDINATE}\s*$`),
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
  return found ? found.slice(1).map((degrees) => Number(degrees.replace(',', '.'))) : [];
}

const valid = (lat: number, lon: number): Place | null => (Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null);
