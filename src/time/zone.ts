import type { Day } from "./day.ts";

export interface LocalMoment {
  readonly day: Day;
  /** HH:MM:SS on a 24-hour clock. */
  readonly time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What calendar and clock show in an IANA time zone. */
export function localMoment(moment: Date, timeZone: string): LocalMoment {
  const latest = shown.get(timeZone);
  if (latest !== undefined && latest.at === moment.getTime()) return latest.local;
  const local = reckonLocal(moment, timeZone);
  shown.set(timeZone, { at: moment.getTime(), local });
  return local;
}

/** The last answer for each zone: one request asks the same of every account. */
const shown = new Map<string, { readonly at: number; readonly local: LocalMoment }>();

function reckonLocal(moment: Date, timeZone: string): LocalMoment {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]));
  return { day: `${part["year"]}-${part["month"]}-${part["day"]}` as Day, time: `${part["hour"]}:${part["minute"]}:${part["second"]}` };
}

const known = new Map<string, number>();

/** The moment at which a zone's clock shows a day and time; in a skipped hour, the moment after the skip. */
export function momentAt(day: Day, time: string, timeZone: string): Date {
  // Time zones are slow to reckon, and a thousand accounts share a few due times.
  const key = `${day} ${time} ${timeZone}`;
  const found = known.get(key);
  if (found !== undefined) return new Date(found);
  const moment = reckonMoment(day, time, timeZone);
  if (known.size >= 10_000) known.clear();
  known.set(key, moment.getTime());
  return moment;
}

function reckonMoment(day: Day, time: string, timeZone: string): Date {
  const wanted = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time.slice(0, 8)}Z`);
  let guess = wanted;
  for (let round = 0; round < 2; round += 1) {
    const local = reckonLocal(new Date(guess), timeZone);
    guess += wanted - Date.parse(`${local.day}T${local.time}Z`);
  }
  return new Date(guess);
}
