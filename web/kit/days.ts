/** Calendar days as the wire writes them, YYYY-MM-DD. All arithmetic is in UTC, so no zone can move a day. */
const millisecondsPerDay = 86_400_000;

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * millisecondsPerDay).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / millisecondsPerDay);
}

/** Both ends included. */
export function dayRange(from: string, to: string): string[] {
  return Array.from({ length: Math.max(0, daysBetween(from, to) + 1) }, (_, index) => addDays(from, index));
}

/** 1 = Monday … 7 = Sunday. */
export function weekday(day: string): number {
  return ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;
}

export function isWeekend(day: string): boolean {
  return weekday(day) > 5;
}

export function weekdayName(day: string): string {
  return ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][weekday(day) - 1] ?? "";
}

/** ISO 8601 week: the week that holds the day's Thursday, counted in the Thursday's year. */
export function isoWeek(day: string): { year: number; week: number } {
  const thursday = addDays(day, 4 - weekday(day));
  const year = Number(thursday.slice(0, 4));
  return { year, week: Math.floor(daysBetween(`${year}-01-01`, thursday) / 7) + 1 };
}

export function weekLabel(day: string): string {
  return `W${String(isoWeek(day).week).padStart(2, "0")}`;
}

/** The last day before that is neither Saturday nor Sunday. Bank holidays are the banks' business, not the page's. */
export function previousWeekday(day: string): string {
  const before = addDays(day, -1);
  return isWeekend(before) ? previousWeekday(before) : before;
}

export function todayText(now = new Date()): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}

/** A moment of the wire in the reader's own zone: "2026-11-22 09:12". */
export function localMoment(moment: string, seconds = false): string {
  const at = new Date(moment);
  if (Number.isNaN(at.getTime())) return moment;
  const pad = (value: number) => String(value).padStart(2, "0");
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}${seconds ? `:${pad(at.getSeconds())}` : ""}`;
  return `${todayText(at)} ${time}`;
}

export function timeZoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
