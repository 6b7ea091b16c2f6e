import { type Command, Option } from "commander";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { requireTenant } from "../../tenants/tenants.ts";
import { commandActor } from "../../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson } from "../../terminal/output.ts";
import type { SuspectDecision, SuspectedDuplicate, SuspectedEntry } from "./contract.ts";
import { decideSuspect } from "./decide-suspect.ts";
import { decisionWord, getSuspect, listSuspects } from "./suspects.ts";

interface Flags {
  readonly tenant: string;
  readonly decided?: true;
  readonly say?: "same" | "different" | "undecided";
  readonly json?: true;
}

/** `apg statement suspects` */
export const mountSuspectCommands: MountCommands = (program, context) => {
  commandGroup(program, "statement", "read and import bank statements")
    .command("suspects")
    .description("entries of statements without balances that may be one, side by side; with --say, what a person decides of a pair")
    .argument("[id]", "of a pair")
    .requiredOption("--tenant <tenant>", "whose entries they are")
    .addOption(
      new Option("--say <word>", "same: the later entry counts for nothing; undecided takes a decision back").choices([
        "same",
        "different",
        "undecided",
      ]),
    )
    .option("--decided", "those that were decided, not the open ones")
    .option("--json", "as the API answers")
    .action((id: string | undefined, flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const who = { tenantId: flags.tenant, actor: commandActor() };
        await requireTenant(database.app, who);
        if (flags.say !== undefined && id === undefined) command.error("error: --say needs the id of a pair", { exitCode: 2 });
        const items =
          id === undefined
            ? await tenantRead(database.app, who, (tx) => listSuspects(tx, { decided: flags.decided }))
            : [
                flags.say === undefined
                  ? await tenantRead(database.app, who, (tx) => getSuspect(tx, id))
                  : await tenantTransaction(database.app, who, (tx) => decideSuspect(tx, id, decisionOf(flags.say))),
              ];
        if (flags.json === true) printJson({ items });
        else show(items);
      }),
    );
};

function decisionOf(word: Flags["say"]): SuspectDecision["decision"] {
  return word === "same" || word === "different" ? word : null;
}

function show(items: readonly SuspectedDuplicate[]): void {
  for (const { id, account, currency, amount, earlier, later, decision, decidedBy } of items) {
    print(`${id}  …${account}  ${amount} ${currency}  ${decisionWord(decision)}${decidedBy === null ? "" : `, said ${decidedBy}`}`);
    print(`  earlier  ${line(earlier)}`);
    print(`  later    ${line(later)}`);
  }
  print(counted(items.length, "pair"));
}

function line({ bookingDate, valueDate, counterparty, text, format }: SuspectedEntry): string {
  const words = [counterparty, text?.replaceAll("\n", " ")].filter((part) => part !== null && part !== undefined && part !== "");
  return `${bookingDate}  value ${valueDate}  ${format}  ${words.join(", ").slice(0, 120)}`;
}
