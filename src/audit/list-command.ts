import { type Command, InvalidArgumentError, Option } from "commander";
import { cursorParts, cursorText, pageOfRows, readCursor } from "../http/cursor.ts";
import { tenantRead } from "../postgres/transaction.ts";
import { commandActor } from "../terminal/actor.ts";
import type { CommandContext } from "../terminal/command.ts";
import { printJson, printTable, remark } from "../terminal/output.ts";
import { type AuditEntry, operations } from "./contract.ts";
import { listTrail, type TrailFilter } from "./trail.ts";

type ListFlags = TrailFilter & { readonly tenant: string; readonly limit: number; readonly after?: string; readonly json?: true };

/** `apg audit list` */
export function mountListCommand(group: Command, context: CommandContext): void {
  group
    .command("list")
    .description("who changed what, newest first")
    .requiredOption("--tenant <tenant>", "whose trail")
    .option("--table <name>", "such as cm_cash_accounts")
    .option("--key <key>", "of the changed row")
    .option("--actor <actor>", "such as person:<uuid> or command:ada")
    .option("--who <text>", "an actor, or a part of a person's name or e-mail address")
    .addOption(new Option("--operation <kind>", "what was done").choices(operations))
    .option("--request <id>", "changes of one request")
    .option("--from <moment>", "from this moment on (ISO 8601)", moment)
    .option("--to <moment>", "before this moment", moment)
    .option("--limit <rows>", "at most", rowLimit, 50)
    .option("--after <cursor>", "go on where the page before ended")
    .option("--json", "as JSON")
    .action((flags: ListFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const after = readCursor("audit", flags.after, [cursorParts.moment, cursorParts.integer]);
        const found = await tenantRead(database.app, { tenantId: flags.tenant, actor: commandActor() }, (tx) =>
          listTrail(tx, flags, { limit: flags.limit + 1, after }),
        );
        const page = pageOfRows("audit", found, flags.limit);
        if (flags.json === true) return printJson(page);
        printTable(
          ["entry", "when", "who", "what", "table", "key", "changed", "block"].map((title) => ({ title })),
          page.items.map(line),
        );
        if (page.next !== null) remark(`more: --after ${cursorText("audit", found[flags.limit - 1]?.key ?? [])}`);
      }),
    );
}

function line(entry: AuditEntry): string[] {
  const changed = entry.operation === "UPDATE" ? Object.keys(entry.after ?? {}).join(" ") : "";
  const who = entry.actorName ?? entry.actor ?? entry.login;
  const key = entry.key ?? `${entry.rows} rows`;
  return [entry.id, entry.at.slice(0, 19), who, entry.operation, entry.table, key, changed, entry.block ?? "-"];
}

function moment(text: string): string {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError("expects a moment such as 2026-03-31 or 2026-03-31T12:00:00Z");
  return new Date(text).toISOString();
}

function rowLimit(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1 || rows > 1000) throw new InvalidArgumentError("expects 1 to 1000");
  return rows;
}
