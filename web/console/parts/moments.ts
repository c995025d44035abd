// Days and times as inputs take them, in the zone of the company.
import { dayKey, momentOf, time } from '$lib/format';

/** The value of `<input type="date">` for a moment. */
export const dateValue = (moment: string | number | Date) => dayKey(moment);

/** The value of `<input type="time">` for a moment: 09:05. */
export const timeValue = (moment: string | number | Date) => time(moment).slice(0, 5);

/** What two inputs say, for the API. */
export const isoOf = (day: string, clock: string) => momentOf(day, clock).toISOString();

export const minutesBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
