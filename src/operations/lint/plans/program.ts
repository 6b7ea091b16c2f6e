import type { Pool } from "../../../postgres/connect.ts";
import { tenantRead } from "../../../postgres/transaction.ts";
import type { Check, Finding } from "../check.ts";
import type { Program } from "../program.ts";
import { planChecks } from "./checks.ts";
import { type Measured, measureStatement, type Scan } from "./measure.ts";
import { type HotStatement, readStatements } from "./statement-files.ts";

/** Plans and runs every hot statement as the application's role, in the eyes of the tenant with the lowest id. */
export function plansProgram(app: Pool): Program {
  return {
    checks: Object.values(planChecks),
    async ask({ admin }) {
      const { rows } = await admin.query<{ id: string }>(
        "select tenant_id as id from cash_management.cm_tenants order by tenant_id limit 1",
      );
      const statements = await readStatements();
      const tenantId = rows[0]?.id;
      if (tenantId === undefined)
        return [
          finding(
            planChecks.notPlanned,
            "database/statements",
            "there is no tenant to plan for",
            `${statements.length} statements`,
            "info",
          ),
        ];
      const found: Finding[] = [];
      for (const statement of statements) found.push(...(await judge(app, statement, tenantId)));
      return found;
    },
  };
}

/** What is wrong with one statement, for this tenant. */
export async function judge(app: Pool, statement: HotStatement, tenantId: string): Promise<Finding[]> {
  let measured: Measured;
  try {
    measured = await tenantRead(app, { tenantId, actor: "apg db lint" }, ({ client }) => measureStatement(client, statement, tenantId));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [finding(planChecks.notPlanned, statement.name, message, `${statement.file}, sent by ${statement.sentBy}`)];
  }
  return [...unused(statement, measured), ...overBudget(statement, measured)];
}

function unused({ name, uses, file }: HotStatement, { scans }: Measured): Finding[] {
  const found = Object.entries(scans).flatMap(([mode, list]) =>
    uses.flatMap(({ table, columns }) => {
      const own = list.filter((scan) => scan.table === table);
      if (own.length === 0) return [`${mode}: ${table} is not read at all`];
      const wrong = own.find((scan) => !serves(scan, columns));
      return wrong === undefined
        ? []
        : [`${mode}: ${wrong.node} on ${table}${wrong.conditions.length === 0 ? "" : ` with ${wrong.conditions.join(" and ")}`}`];
    }),
  );
  if (found.length === 0) return [];
  const expected = uses.map(({ table, columns }) => `${table} (${columns.join(", ")})`).join(" and ");
  return [finding(planChecks.withoutIndex, name, `cannot reach ${expected} by an index`, `${file}; ${[...new Set(found)].join("; ")}`)];
}

// In a table of a few pages every index costs the same, and the server may take another one than it will take later.
const fewPages = 50;

function serves(scan: Scan, columns: readonly string[]): boolean {
  const needed = scan.pages <= fewPages ? columns.slice(0, 1) : columns;
  return needed.every((column) => inIndex(scan, column));
}

function inIndex({ conditions }: Scan, column: string): boolean {
  return conditions.some((condition) => new RegExp(`\\b${column}\\b`).test(condition));
}

function overBudget(statement: HotStatement, { locks, planningMs }: Measured): Finding[] {
  const { name, file } = statement;
  return [
    ...(locks > statement.locks ? [finding(planChecks.locks, name, `locks ${locks} relations, ${statement.locks} are allowed`, file)] : []),
    ...(planningMs > statement.planningMs
      ? [finding(planChecks.planning, name, `is planned in ${planningMs.toFixed(1)} ms, ${statement.planningMs} are allowed`, file)]
      : []),
  ];
}

function finding(check: Check, object: string, detail: string, evidence: string, level = check.level): Finding {
  return {
    check,
    level,
    object,
    detail,
    evidence,
    fix: `-- see ${evidence.split(/[;,]/)[0]}: change the statement or the index, and measure again`,
  };
}
