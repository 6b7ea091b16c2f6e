import { type Command, Option } from "commander";
import { Problem } from "../errors/problem.ts";
import { commandActor } from "../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import { type PlatformScope, platformScopes } from "./contract.ts";
import { createPlatformKey, listPlatformKeys, revokePlatformKey } from "./platform-keys.ts";

interface NewKeyFlags {
  readonly name: string;
  readonly scope: readonly PlatformScope[];
  readonly expires?: string;
  readonly json?: true;
}

/** `apg access platform-key create|list|revoke`: keys of programs that open and close tenants (docs/operate/tenants.md). */
export const mountPlatformKeyCommands: MountCommands = (program, context) => {
  const access = commandGroup(program, "access", "people, API keys and sign-in links");
  const group = commandGroup(access, "platform-key", "keys of programs that manage tenants; they reach no data");

  group
    .command("create")
    .description("make a key; it is shown this once")
    .requiredOption("--name <name>", "used once for good: the audit trail names who acts by it")
    .addOption(
      new Option("--scope <scopes...>", "read: see tenants; manage: open, suspend, resume, hold; erase: erase")
        .choices(platformScopes)
        .makeOptionMandatory(),
    )
    .option("--expires <moment>", "such as 2027-01-01T00:00:00Z")
    .option("--json", "as JSON")
    .action((flags: NewKeyFlags, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const { name, scope: scopes, expires } = flags;
        const wanted = { name, scopes, ...(expires === undefined ? {} : { expiresAt: momentOf(expires) }) };
        const { key, platformKey } = await createPlatformKey(database.admin, wanted, commandActor());
        if (flags.json === true) printJson({ key, platformKey });
        else print(`${key}\nIt is shown this once. It acts as platform:${name} and may: ${scopes.join(", ")}.`);
      }),
    );

  group
    .command("list")
    .description("all of them, revoked ones too")
    .option("--json", "as JSON")
    .action((flags: { json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        const keys = await listPlatformKeys(database.admin);
        if (flags.json === true) return printJson(keys);
        const titles = ["name", "begins with", "may", "made by", "last used", "ends"].map((title) => ({ title }));
        printTable(
          titles,
          keys.map((key) => [
            key.name,
            key.prefix,
            key.scopes.join(" "),
            key.createdBy,
            key.lastUsedAt ?? "-",
            key.revokedAt === null ? (key.expiresAt ?? "-") : `revoked ${key.revokedAt}`,
          ]),
        );
      }),
    );

  group
    .command("revoke")
    .description("refuse a key from now on")
    .argument("<name>", "as list shows it")
    .action((name: string, _flags: unknown, command: Command) =>
      context.withDatabase(command, async ({ database }) => {
        await revokePlatformKey(database.admin, name, commandActor());
        print(`The platform key ${name} is refused from now on.`);
      }),
    );
};

function momentOf(given: string): string {
  if (!Number.isNaN(Date.parse(given))) return new Date(given).toISOString();
  throw new Problem("invalid_input", `"${given}" is not a moment`, { hint: "Write --expires as 2027-01-01T00:00:00Z." });
}
