import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { Problem } from "../../errors/problem.ts";
import { withClient } from "../../postgres/connect.ts";
import { commandActor } from "../../terminal/actor.ts";
import type { CommandContext } from "../../terminal/command.ts";
import { typedConfirmation } from "../../terminal/confirm.ts";
import { counted, print, printJson, printTable, remark } from "../../terminal/output.ts";
import { keyPlace } from "../keys-commands.ts";
import { openSigningKey, ownPublicKeys } from "../seals/signing-key.ts";
import { type Candidate, candidatesBefore, retentionPolicy, trailParts } from "./candidates.ts";
import { retirementText } from "./record.ts";
import { type Retired, retirePart } from "./retire.ts";

interface RetireFlags {
  readonly before: string;
  readonly archive?: string;
  readonly reason: string;
  readonly dryRun?: true;
  readonly yes?: string;
  readonly json?: true;
}

/** `apg audit retire` */
export function mountRetireCommand(group: Command, context: CommandContext): void {
  group
    .command("retire")
    .description("let months of the trail go that are older than the policy keeps: archived, and a signed record stays")
    .requiredOption("--before <month>", "such as 2016-04: everything written until 2016-03-31")
    .option("--archive <folder>", "where the rows are written to, and read again, before they go")
    .option("--reason <text>", "why; it is signed", "the retention policy")
    .option("--dry-run", "say what would go, and change nothing")
    .option("--yes <name>", "the name of the database, instead of typing it")
    .option("--json", "as JSON")
    .action((flags: RetireFlags, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const policy = await retentionPolicy(database.admin);
        const months = candidatesBefore(await trailParts(database.admin), flags.before, policy);
        if (policy.onHold)
          throw new Problem("legal_hold", "a tenant is on legal hold: nothing of the trail is retired", {
            hint: "apg tenant list shows which; apg tenant release ends it.",
          });
        if (months.length === 0) return nothing(flags);
        if (flags.dryRun === true) return show(flags, months, await sizes(database.admin, months));
        if (flags.archive === undefined)
          throw new Problem("invalid_input", "rows that go are archived first", { hint: "Name a folder: --archive=FOLDER." });
        await confirm(database.admin, months, flags.yes);
        const done: Retired[] = [];
        for (const month of months) {
          const place = keyPlace(settings);
          const retired = await retirePart(database.admin, month, {
            ...{ key: openSigningKey(place), trusted: ownPublicKeys(place), archiveFolder: flags.archive },
            ...{ keptMonths: policy.keptMonths, actor: commandActor(), reason: flags.reason },
          });
          writeFileSync(join(flags.archive, `${month.part}.retired.txt`), `${retirementText(retired.retirement)}\n`, { mode: 0o600 });
          done.push(retired);
          if (flags.json !== true) print(line(retired));
        }
        if (flags.json === true) printJson(done.map(({ retirement, archive }) => ({ ...retirement, archivePath: archive.path })));
      }),
    );
}

function nothing({ before, json }: RetireFlags): void {
  if (json === true) printJson([]);
  else print(`no month of the trail ends before ${before}`);
}

function show({ json }: RetireFlags, months: readonly Candidate[], rows: ReadonlyMap<string, number>): void {
  if (json === true) {
    printJson(months.map((month) => ({ ...month, rows: rows.get(month.part) ?? 0 })));
    return;
  }
  printTable(
    [{ title: "partition" }, { title: "from" }, { title: "until before" }, { title: "rows", align: "right" }],
    months.map(({ part, from, to }) => [part, from, to, `${rows.get(part) ?? 0}`]),
  );
  remark(`${counted(months.length, "month")} would go; nothing was changed`);
}

function line({ retirement: { part, rows, blocks }, archive }: Retired): string {
  const [first, last] = [blocks[0]?.block, blocks.at(-1)?.block];
  const of = first === undefined ? "" : first === last ? ` of block ${first}` : ` of blocks ${first} to ${last}`;
  return `${part} retired: ${counted(rows, "row")}${of}; archive ${archive.path} (SHA-256 ${archive.sha256.slice(0, 16)}…)`;
}

type Admin = Parameters<typeof retirePart>[0];

async function sizes(admin: Admin, months: readonly Candidate[]): Promise<Map<string, number>> {
  return withClient(admin, async (client) => {
    const sizes = new Map<string, number>();
    for (const { part } of months) {
      const { rows } = await client.query<{ count: bigint }>(`select count(*) as count from cm_parts.${part}`);
      sizes.set(part, Number(rows[0]?.count ?? 0n));
    }
    return sizes;
  });
}

async function confirm(admin: Admin, months: readonly Candidate[], given: string | undefined): Promise<void> {
  const { rows } = await admin.query<{ name: string }>("select current_database()::text as name");
  const name = rows[0]?.name ?? "";
  const which = months.length === 1 ? months[0]?.part : `${months[0]?.part} to ${months.at(-1)?.part}`;
  const typed = await typedConfirmation(`This removes ${which} from the database ${name} for good. Its name: `, given);
  if (typed === name) return;
  throw new Problem(
    "not_confirmed",
    `nothing was retired: ${typed === undefined ? "nobody confirmed it" : `"${typed}" is not the database's name`}`,
    {
      hint: `Confirm with the database's name: --yes "${name}".`,
    },
  );
}
