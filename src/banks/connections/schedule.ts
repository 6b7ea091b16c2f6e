import { Cron } from "croner";
import { Problem } from "../../errors/problem.ts";

/** When a connection is looked at: every so often from the last time, or by five cron fields in the bank's zone. */
export interface SyncSchedule {
  readonly text: string;
  /** The first moment after `after`. */
  next(after: Date): Date;
}

const interval = /^every (\d{1,4})\s?(m|min|h|d)$/;
const minutesOf = { m: 1, min: 1, h: 60, d: 1440 } as const;

/** @throws Problem `invalid_input` */
export function readSchedule(text: string, timeZone: string): SyncSchedule {
  const match = interval.exec(text.trim());
  if (match !== null) {
    const minutes = Number(match[1]) * minutesOf[match[2] as keyof typeof minutesOf];
    if (minutes < 1 || minutes > 7 * 1440) throw unreadable(text, "an interval is a minute to a week");
    return { text: `every ${match[1]}${match[2]?.charAt(0)}`, next: (after) => new Date(after.getTime() + minutes * 60_000) };
  }
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) throw unreadable(text, "it has neither five fields nor the form of an interval");
  let cron: Cron;
  try {
    cron = new Cron(fields.join(" "), { timezone: timeZone, paused: true });
  } catch (error) {
    throw unreadable(text, error instanceof Error ? error.message.replace(/^CronPattern: /, "") : "it does not parse");
  }
  if (cron.nextRun() === null) throw unreadable(text, "it never comes round");
  return {
    text: fields.join(" "),
    next(after) {
      const found = cron.nextRun(after);
      if (found === null) throw unreadable(text, "it never comes round again");
      return found;
    },
  };
}

/** 1, 2, 4 … 60 minutes, each by up to a fifth more, so that many connections to one bank do not come back at once. */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const minutes = Math.min(60, 2 ** Math.max(0, Math.min(10, attempt - 1)));
  return Math.round(minutes * 60_000 * (1 + random() / 5));
}

function unreadable(text: string, why: string): Problem {
  return new Problem("invalid_input", `"${text}" is not a schedule: ${why}`, {
    hint: 'Write "every 15m", or cron fields such as "*/10 6-9 * * 1-5".',
  });
}
