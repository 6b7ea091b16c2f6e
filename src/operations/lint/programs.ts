import type { Pool } from "../../postgres/connect.ts";
import type { Check } from "./check.ts";
import { hbaChecks } from "./hba/checks.ts";
import { hbaProgram } from "./hba/program.ts";
import { pgbouncerChecks } from "./pgbouncer/checks.ts";
import { pgbouncerProgram } from "./pgbouncer/program.ts";
import { planChecks } from "./plans/checks.ts";
import { plansProgram } from "./plans/program.ts";
import type { Program } from "./program.ts";

export interface ProgramOptions {
  /** Instead of the server's own. */
  readonly hbaFile?: string;
  /** Without one the pooler's checks are not asked. */
  readonly pgbouncerIni?: string;
  /** Such as "1.18.0"; what depends on it is otherwise left open. */
  readonly pgbouncerVersion?: string;
}

export function lintPrograms(app: Pool, options: ProgramOptions): Program[] {
  const { hbaFile, pgbouncerIni, pgbouncerVersion } = options;
  return [
    plansProgram(app),
    hbaProgram(hbaFile),
    ...(pgbouncerIni === undefined ? [] : [pgbouncerProgram(pgbouncerIni, pgbouncerVersion)]),
  ];
}

/** Every check that is a program, for the reference. */
export const programChecks: readonly Check[] = [
  ...Object.values(planChecks),
  ...Object.values(hbaChecks),
  ...Object.values(pgbouncerChecks),
];
