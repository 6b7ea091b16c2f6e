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
  const format = `{bar} {percentage} % | {value}/{total} ${unit} | {what}`;
  const shown = new SingleBar({ stream, format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  shown.start(total, 0, { what: "" });
  return {
    at(done, what, newTotal) {
      if (newTotal !== undefined) shown.setTotal(newTotal);
      shown.update(done, what === undefined ? {} : { what });
    },
    end: () => shown.stop(),
  };
}

function lines(total: number, unit: string, stream: NodeJS.WriteStream, everyMs: number): Progress {
  let last = Date.now();
  return {
    at(done, what, newTotal = total) {
      if (Date.now() - last < everyMs) return;
      last = Date.now();
      stream.write(`${done}/${newTotal} ${unit}${what === undefined ? "" : `: ${what}`}\n`);
    },
    end() {},
  };
}
