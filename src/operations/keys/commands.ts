import { type Command, InvalidArgumentError } from "commander";
import { Problem } from "../../errors/problem.ts";
import { keyOfCommand } from "../../keys/key-command.ts";
import type { KeyEncryptionKey } from "../../keys/key-encryption-key.ts";
import { readKeyFile } from "../../keys/key-file.ts";
import { type Pool, withClient } from "../../postgres/connect.ts";
import type { TenantContext } from "../../postgres/transaction.ts";
import { commandActor } from "../../terminal/actor.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { typedConfirmation } from "../../terminal/confirm.ts";
import { counted, print, printJson, printTable, remark } from "../../terminal/output.ts";
import { type Progress, startProgress } from "../../terminal/progress.ts";
import { mountContextKeyCommands } from "./context-commands.ts";
import { rewrapKeys } from "./rewrap.ts";
import { type Rotation, rotateKeys } from "./rotate.ts";
import { shredTenantKeys } from "./shred.ts";
import { type KeyStatus, keyStatus } from "./status.ts";

interface Flags {
  readonly tenant?: string;
  readonly json?: true;
}

interface RotateFlags extends Flags {
  readonly kek?: true;
  readonly toKeyFile?: string;
  readonly toKeyCommand?: string;
  readonly batch?: number;
  readonly pause?: number;
}

/** `apg keys status|rotate|shred` (docs/operate/keys.md), `apg keys context` (docs/operate/context-keys.md) */
export const mountKeysCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "keys", "the keys that account numbers, files and credentials are encrypted with");
  mountContextKeyCommands(group, context);

  group
    .command("status")
    .description("each tenant's keys, their state, and how many values stand under each")
    .option("--tenant <tenant>", "this tenant alone")
    .option("--json", "as JSON")
    .action((flags: Flags, command: Command) =>
      context.withDatabase(command, async ({ database: { admin } }) => {
        const found: KeyStatus[] = [];
        for (const tenant of await chosen(admin, flags)) found.push(await keyStatus(admin, tenant));
        if (flags.json === true) return printJson(found);
        showStatus(found);
      }),
    );

  group
    .command("rotate")
    .description("give tenants a new data key and encrypt everything with it, while the program runs; goes on where it was interrupted")
    .option("--tenant <tenant>", "this tenant alone")
    .option("--kek", "instead wrap the data keys with another key-encryption key; no value changes")
    .option("--to-key-file <file>", "with --kek: the file of the new key-encryption key")
    .option("--to-key-command <command>", "with --kek: the command that knows it")
    .option(
      "--batch <rows>",
      "rows of a transaction, default 2000; fewer are shorter waits for who writes the same rows",
      wholeNumber(1, 100_000),
    )
    .option("--pause <ms>", "rest after each transaction, for a server that has other work; default 0", wholeNumber(0, 60_000))
    .option("--json", "as JSON")
    .action((flags: RotateFlags, command: Command) =>
      context.withDatabase(command, async ({ database: { admin } }) => {
        const to = await newWrappingKey(flags);
        const tenants = await chosen(admin, flags);
        return to === null ? rotate(admin, tenants, flags) : rewrap(admin, tenants, to, flags);
      }),
    );

  group
    .command("shred")
    .description("destroy a tenant's keys: what they encrypted can never be read again")
    .requiredOption("--tenant <tenant>", "its id")
    .option("--yes <name>", "the tenant's name, where there is no terminal to type it at")
    .option("--json", "as JSON")
    .action((flags: Flags & { readonly tenant: string; readonly yes?: string }, command: Command) =>
      context.withDatabase(command, async ({ database: { admin } }) => {
        const question = `This cannot be taken back. Type the name of the tenant ${flags.tenant} to destroy its keys: `;
        const confirm = await typedConfirmation(question, flags.yes);
        const keys = await shredTenantKeys(admin, { tenantId: flags.tenant, actor: commandActor() }, { confirm });
        if (flags.json === true) return printJson({ tenant: flags.tenant, keys });
        print(`${counted(keys, "key")} of ${flags.tenant} destroyed; apg audit list tells of it.`);
        for (const line of notYetGone) print(line);
      }),
    );
};

/** What a shredding cannot reach, said where somebody believes it has. */
const notYetGone = [
  "Not yet beyond reach: backups, replicas' snapshots and archived WAL of before hold the wrapped keys. Who has one of them and the",
  "key-encryption key reads the values. Either all of them expire, or: apg keys rotate --kek --to-key-file NEW for the tenants that stay, then",
  "destroy the old key and every copy of it. From then on no backup gives a value of this tenant, nor any other's value from before.",
];

async function rotate(admin: Pool, tenants: readonly TenantContext[], flags: RotateFlags): Promise<void> {
  const done: Rotation[] = [];
  for (const tenant of tenants) {
    if (flags.tenant === undefined && (await areShredded(admin, tenant))) {
      remark(`${tenant.tenantId}: its keys were shredded, there is nothing to rotate`);
      continue;
    }
    let progress: Progress | undefined;
    const rotation = await rotateKeys(admin, tenant, {
      ...(flags.batch === undefined ? {} : { batchRows: flags.batch }),
      ...(flags.pause === undefined ? {} : { pauseMs: flags.pause }),
      progress(values, total, table) {
        progress ??= startProgress(total, { unit: "values" });
        progress.at(values, `${tenant.tenantId} ${table}`, total);
      },
    }).finally(() => progress?.end());
    done.push(rotation);
    if (flags.json !== true) print(sentence(rotation));
  }
  if (flags.json === true) printJson(done);
}

/** One tenant that is gone must not keep the others from being rotated. */
async function areShredded(admin: Pool, tenant: TenantContext): Promise<boolean> {
  const { keys } = await keyStatus(admin, tenant);
  return keys.length > 0 && keys.every(({ state }) => state === "shredded");
}

function sentence({ tenant, version, resumed, values, seconds }: Rotation): string {
  if (version === null) return `${tenant}: has no keys, nothing of it is encrypted`;
  const how = resumed ? "an interrupted rotation is completed" : "rotated";
  const pace = `in ${seconds.toFixed(1)} s, ${Math.round(values / Math.max(seconds, 0.001))}/s`;
  return `${tenant}: ${how}; ${counted(values, "value")} encrypted anew (${pace}), all stand under version ${version}`;
}

async function rewrap(admin: Pool, tenants: readonly TenantContext[], to: KeyEncryptionKey, flags: RotateFlags): Promise<void> {
  const done: { tenant: string; keys: number }[] = [];
  for (const tenant of tenants) done.push({ tenant: tenant.tenantId, keys: await rewrapKeys(admin, tenant, to) });
  if (flags.json === true) return printJson({ keyEncryptionKey: to.id, tenants: done });
  for (const { tenant, keys } of done) print(`${tenant}: ${counted(keys, "key")} wrapped with ${to.id}`);
  remark(`From now on start the program with that key (${to.from}); keep the old one as long as backups that need it.`);
}

/** @throws Problem `invalid_input`, `key_missing`, `key_unusable` */
async function newWrappingKey({ kek, toKeyFile, toKeyCommand }: RotateFlags): Promise<KeyEncryptionKey | null> {
  const given = [toKeyFile, toKeyCommand].filter((one) => one !== undefined).length;
  if ((kek === true) !== (given === 1))
    throw new Problem("invalid_input", "--kek wants one new key-encryption key, and a new one wants --kek", {
      hint: "apg keys rotate --kek --to-key-file=FILE, or --to-key-command=COMMAND. A new key: openssl rand -hex 32",
    });
  if (toKeyCommand !== undefined) return keyOfCommand(toKeyCommand);
  if (toKeyFile === undefined) return null;
  const key = readKeyFile(toKeyFile);
  if (key !== null) return key;
  throw new Problem("key_missing", `there is no key file ${toKeyFile}`, { hint: `(umask 077; openssl rand -hex 32 > ${toKeyFile})` });
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,6}$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`expects a whole number from ${least} to ${most}`);
  };
}

/** @throws Problem `tenant_not_found` */
async function chosen(admin: Pool, { tenant }: Flags): Promise<TenantContext[]> {
  const { rows } = await withClient(admin, (client) =>
    client.query<{ id: string }>("select tenant_id as id from cash_management.list_tenants() order by 1"),
  );
  const ids = rows.map(({ id }) => id).filter((id) => tenant === undefined || id === tenant);
  if (tenant !== undefined && ids.length === 0)
    throw new Problem("tenant_not_found", `there is no tenant ${tenant}`, { hint: "apg tenant list shows them." });
  return ids.map((tenantId) => ({ tenantId, actor: commandActor() }));
}

function showStatus(found: readonly KeyStatus[]): void {
  printTable(
    [{ title: "tenant" }, { title: "key" }, { title: "state" }, { title: "values", align: "right" }, { title: "wrapped by" }],
    found.flatMap(({ tenant, keys }) =>
      keys.map((key) => [tenant, `${key.purpose} ${key.version}`, key.state, key.values === null ? "" : String(key.values), key.wrappedBy]),
    ),
  );
  for (const { tenant, keys, older } of found) {
    if (keys.length === 0) print(`${tenant} has no keys: nothing of it is encrypted yet.`);
    if (older > 0) print(`${tenant}: ${counted(older, "value")} under an old key. apg keys rotate --tenant ${tenant} goes on with them.`);
  }
}
