import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementLimits } from "./limits.ts";

export function createBai2Reader(sink: StatementSink, _limits: StatementLimits): StatementReader {
  return {
    write: () => {},
    end: () => sink.problem({ severity: "refusal", code: "FORMAT_UNKNOWN", message: "BAI2 is not read yet", line: 1 }),
  };
}
