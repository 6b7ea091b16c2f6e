import { resolve } from "node:path";
import type { Command } from "commander";
import { Problem } from "../../errors/problem.ts";
import { type KnownContextKey, listContextKeys } from "../../postgres/context-keys.ts";
import type { Database } from "../../postgres/database.ts";
import { adminTransaction } from "../../postgres/transaction.ts";
import { commandActor } from "../../terminal/actor.ts";
import { type CommandContext, commandGroup } from "../../terminal/command.ts";
import { counted, print, printJson, printTable } from "../../terminal/output.ts";
import { retire, rotateContextKey } from "./context-keys.ts";

interface Flags {
  readonly json?: true;
}

interface RotateFlags extends Flags {
  readonly overlap: string;
  readonly toFile?: string;
}

/** `apg keys context list|rotate|retire` (docs/operate/context-keys.md) */
export function mountContextKeyCommands(keys: Command, context: CommandContext): void {
  const group = commandGroup(keys, "context", "the keys that the tenant of a transaction is signed with");

  group
    .command("list")
    .description("the keys this database takes and took, and which one this program signs with; never a key itself")
    .option("--json", "as JSON")
    .action((flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const own = database.contextKey().id;
        const found = (await known(database)).map((key) => ({ ...key, thisProgram: key.id === own }));
        if (flags.json === true) return printJson(found);
        show(found);
        if (!found.some(({ thisProgram }) => thisProgram)) print(`This program signs with ${own}, which the database does not know.`);
      }),
    );

  group
    .command("rotate")
    .description("sign with a new key, while programs run; the one before is taken beside it for a while")
    .option("--overlap <minutes>", "for how long the old key is taken", "60")
    .option("--to-file <file>", "write the new key there, to be handed to every program, instead of into this program's own file")
    .option("--json", "as JSON")
    .action((flags: RotateFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const into = destination(flags, database);
        const overlapMinutes = minutesOf(flags.overlap);
        const { id } = await rotateContextKey(database.admin, { actor: commandActor(), overlapMinutes, into });
        const ending = (await known(database)).filter(({ state, purpose }) => state === "ending" && purpose === "token");
        if (flags.json === true) return printJson({ id, file: "replace" in into ? into.replace : into.create, ending });
        print(
          "replace" in into
            ? `Programs that read ${into.replace} sign with ${id} within a second.`
            : `${into.create} has the new key ${id}: give it to every program (--context-key-file, or APG_CONTEXT_KEY).`,
        );
        for (const key of ending) print(`${key.id} is taken until ${key.until}.`);
        print("Then: apg keys context retire");
      }),
    );

  group
    .command("retire")
    .description("take a key no more, at once, and forget its secret; without an id, all whose overlap is over")
    .argument("[id]", "as apg keys context list shows it")
    .option("--json", "as JSON")
    .action((id: string | undefined, flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        if (id !== undefined) await requireOther(database, id);
        const retired = await retire(database.admin, commandActor(), id === undefined ? null : [id]);
        if (flags.json === true) return printJson(retired);
        print(`${counted(retired.length, "key")} retired${retired.length === 0 ? "" : `: ${retired.join(", ")}`}`);
        const left = (await known(database)).filter(({ state }) => state === "ended").length;
        if (id === undefined && left > 0)
          print(`${counted(left, "key")} may still be in use by a transaction that runs: give this again later.`);
      }),
    );
}

function known({ admin }: Database): Promise<KnownContextKey[]> {
  return adminTransaction(admin, listContextKeys);
}

function destination({ toFile }: RotateFlags, { contextKeyFile }: Database): { replace: string } | { create: string } {
  if (toFile !== undefined) return { create: resolve(toFile) };
  if (contextKeyFile !== null) return { replace: contextKeyFile };
  throw new Problem("invalid_input", "this program has its key from APG_CONTEXT_KEY, where no new one can be put", {
    hint: "apg keys context rotate --to-file=FILE, and give every program what is in it before the overlap is over.",
  });
}

const longestMinutes = 7 * 24 * 60;

/** A program looks at its file each second, and a token lives for one minute. */
function minutesOf(text: string): number {
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= longestMinutes) return minutes;
  throw new Problem("invalid_input", `--overlap=${text} is no number of minutes from 1 to ${longestMinutes}`, {
    hint: "Long enough for every program to get the new key.",
  });
}

/** @throws Problem `not_found`, `invalid_input` */
async function requireOther(database: Database, id: string): Promise<void> {
  const key = (await known(database)).find((one) => one.id === id);
  if (key === undefined) throw new Problem("not_found", `there is no context key ${id}`, { hint: "apg keys context list shows them." });
  if (id === database.contextKey().id)
    throw new Problem("invalid_input", `${id} is the key this program signs with`, { hint: "Replace it first: apg keys context rotate." });
  if (key.purpose === "stamp")
    throw new Problem("invalid_input", `${id} is a key of the database's own`, {
      hint: "apg keys context rotate replaces it; without an id, retire forgets it when its overlap is over.",
    });
}

function show(found: readonly (KnownContextKey & { readonly thisProgram: boolean })[]): void {
  printTable(
    ["key", "signs", "state", "since", "until", ""].map((title) => ({ title })),
    found.map(({ id, purpose, state, since, until, thisProgram }) => [
      id,
      purpose === "token" ? "programs" : "the database",
      state,
      since,
      until ?? "-",
      thisProgram ? "this program" : "",
    ]),
  );
}
