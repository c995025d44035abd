// Where the phone is, for a tap. Asked only if the worker has let the app ask, and never for long: a tap must not wait.
import type { Place } from '../queue/types';

const PATIENCE_MS = 3000;
const FRESH_MS = 30_000;

export async function isPlaceAllowed(): Promise<boolean> {
  if (!('geolocation' in navigator) || !navigator.permissions) return false;
  return (await navigator.permissions.query({ name: 'geolocation' })).state === 'granted';
}

/** Null: nobody knows, or it takes too long. */
export async function here(): Promise<Place | null> {
  if (!(await isPlaceAllowed())) return null;
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), PATIENCE_MS + 500); // some phones do not keep to the timeout
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve(placeOf(coords)),
      () => resolve(null),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: FRESH_MS },
    );
  });
}

export function placeOf(coords: GeolocationCoordinates): Place {
  return { point: { lat: coords.latitude, lon: coords.longitude }, accuracy_m: coords.accuracy };
}
