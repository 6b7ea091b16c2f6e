import { Presets, SingleBar } from "cli-progress";

export interface Progress {
  /** How far it is now, what is being worked on, and of how many when more have turned up. */
  at(done: number, what?: string, total?: number): void;
  end(): void;
}

export interface ProgressOptions {
  /** What the numbers count, such as "files" or "MB". */
  readonly unit: string;
  readonly stream?: NodeJS.WriteStream;
  /** Between two lines when nobody watches. */
  readonly everyMs?: number;
}

/** A bar for a person who watches; for a log a line now and then. Always on standard error. */
export function startProgress(total: number, options: ProgressOptions): Progress {
  const stream = options.stream ?? process.stderr;
  return stream.isTTY === true ? bar(total, options.unit, stream) : lines(total, options.unit, stream, options.everyMs ?? 5_000);
}

function bar(total: number, unit: string, stream: NodeJS.WriteStream): Progress {
  const format = `{bar} {percentage} % | {value}/{total} ${unit}{left} | {what}`;
  const shown = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  shown.start(total, 0, { what: "", left: "" });
  const left = clock();
  let last = total;
  return {
    at(done, what, newTotal) {
      if (newTotal !== undefined) shown.setTotal(newTotal);
      last = newTotal ?? last;
      shown.update(done, { left: left(done, last), ...(what === undefined ? {} : { what }) });
    },
    end: () => shown.stop(),
  };
}

function lines(total: number, unit: string, stream: NodeJS.WriteStream, everyMs: number): Progress {
  let last = Date.now();
  const left = clock();
  return {
    at(done, what, newTotal = total) {
      const remaining = left(done, newTotal);
      if (Date.now() - last < everyMs) return;
      last = Date.now();
      stream.write(`${done}/${newTotal} ${unit}${remaining}${what === undefined ? "" : `: ${what}`}\n`);
    },
    end() {},
  };
}

/** What is left, by the pace since the first call; nothing in the first seconds, when a pace says little. */
function clock(): (done: number, total: number) => string {
  let begun: { readonly at: number; readonly done: number } | undefined;
  return (done, total) => {
    begun ??= { at: Date.now(), done };
    return timeLeft(Date.now() - begun.at, done - begun.done, total - done);
  };
}

/** ", about 2 min left". */
export function timeLeft(elapsedMs: number, done: number, toDo: number): string {
  if (elapsedMs < 2_000 || done <= 0 || toDo <= 0) return "";
  const seconds = (elapsedMs / done) * (toDo / 1000);
  if (seconds < 90) return `, about ${Math.max(1, Math.round(seconds))} s left`;
  return seconds < 5_400 ? `, about ${Math.round(seconds / 60)} min left` : `, about ${(seconds / 3600).toFixed(1)} h left`;
}
