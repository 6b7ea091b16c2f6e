import type { StatementReader, StatementSink } from "../reader.ts";
import type { StatementLimits } from "./limits.ts";

export function createMtReader(sink: StatementSink, _limits: StatementLimits): StatementReader {
  return {
    write: () => {},
    end: () => sink.problem({ severity: "refusal", code: "FORMAT_UNKNOWN", message: "MT940 is not read yet", line: 1 }),
  };
}
