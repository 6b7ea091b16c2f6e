import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { Problem } from "../errors/problem.ts";
import type { Pool } from "../postgres/connect.ts";
import type { Settings } from "../settings/list.ts";
import { commandActor } from "../terminal/actor.ts";
import type { CommandContext } from "../terminal/command.ts";
import { counted, print, printJson, printTable, remark } from "../terminal/output.ts";
import { rotateSigningKey } from "./seals/rotate-key.ts";
import { type KeyPlace, ownPublicKeys } from "./seals/signing-key.ts";

/** `apg audit keys list|rotate` */
export function mountAuditKeysCommands(group: Command, context: CommandContext): void {
  const keys = group.command("keys").description("the keys that sign the trail, and the public ones to hand to an auditor");

  keys
    .command("list", { isDefault: true })
    .description("the keys that signed, which replaced which, and from which block on")
    .option("--export <file>", "write the public keys this machine signed with, as PEM")
    .option("--json", "as JSON")
    .action((flags: { export?: string; json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        if (flags.export !== undefined) exportKeys(keyPlace(settings), flags.export);
        const known = await knownKeys(database.admin, keyPlace(settings));
        if (flags.json === true) printJson(known);
        else if (known.length === 0) print("nothing was sealed yet: there is no key");
        else
          printTable(
            [
              ...["key", "of this machine", "since"].map((title) => ({ title })),
              { title: "blocks", align: "right" as const },
              ...["state", "trusted by"].map((title) => ({ title })),
            ],
            known.map(({ key, own, since, blocks, state, trustedBy }) => [key, own ? "yes" : "no", since, `${blocks}`, state, trustedBy]),
          );
      }),
    );

  keys
    .command("rotate")
    .description("sign with a new key from the next block on; the old one signs that the new one follows it")
    .option("--reason <text>", "why; it is signed", "planned")
    .option("--old-key-lost", "the old key is gone: the new one is endorsed by nobody, and verification says so for good")
    .option("--json", "as JSON")
    .action((flags: { reason: string; oldKeyLost?: true; json?: true }, command: Command) =>
      context.withDatabase(command, async ({ database, settings }) => {
        const lost = flags.oldKeyLost === true;
        if (lost && command.getOptionValueSource("reason") !== "cli")
          throw new Problem("invalid_input", "a lost key is recorded with its reason", { hint: "Add --reason=TEXT." });
        const place = keyPlace(settings);
        const options = { place, reason: flags.reason, actor: commandActor(), oldKeyLost: lost };
        const { key, replaces, after, at, reason } = await rotateSigningKey(database.sealer, options);
        if (flags.json === true) return printJson({ key: key.id, replaces, afterBlock: after.number, endorsed: !lost, at, reason });
        print(
          `key ${key.id} signs from block ${after.number + 1n} on; ${lost ? `${replaces} was lost and endorses nothing` : `${replaces} endorsed it`}`,
        );
        remark(
          lost
            ? "hint: hand the new public key to whoever checks proofs: apg audit keys --export FILE. The old one does not lead to it."
            : "hint: auditors need nothing new: the old public key leads to this one. Back up the data folder's secrets.",
        );
      }),
    );
}

export function keyPlace({ dataDir, auditKeyFile }: Pick<Settings, "dataDir" | "auditKeyFile">): KeyPlace {
  return { dataDir, file: auditKeyFile };
}

function exportKeys(place: KeyPlace, path: string): void {
  const own = ownPublicKeys(place);
  if (own.length === 0)
    throw new Problem("audit_key_unusable", "this machine never sealed this trail, so it has no public key to export", {
      hint: "Run this where the sealer runs.",
    });
  writeFileSync(path, own.map(({ publicKey }) => publicKey.export({ type: "spki", format: "pem" })).join(""));
  remark(`${counted(own.length, "public key")} written to ${path}`);
}

interface KnownKey {
  readonly key: string;
  readonly own: boolean;
  readonly since: string;
  readonly blocks: bigint;
  readonly last: string | null;
  readonly state: string;
  readonly trustedBy: string;
}

async function knownKeys(admin: Pool, place: KeyPlace): Promise<KnownKey[]> {
  const own = new Set(ownPublicKeys(place).map(({ id }) => id));
  const { rows } = await admin.query<{
    key_id: string;
    since: string;
    blocks: bigint;
    last: string | null;
    replaced_after: bigint | null;
    replaced_by: string | null;
    replaces: string | null;
    is_endorsed: boolean | null;
  }>(
    `select key.key_id, key.created_at as since, count(block.number) as blocks, max(block.sealed_at) as last,
       replaced.after_block as replaced_after, replaced.key_id as replaced_by, came.replaces, came.is_endorsed
     from audit.signing_keys as key
     left join audit.blocks as block on block.key_id = key.key_id
     left join audit.key_rotations as came on came.key_id = key.key_id
     left join audit.key_rotations as replaced on replaced.replaces = key.key_id
     group by key.key_id, replaced.after_block, replaced.key_id, came.replaces, came.is_endorsed
     order by key.created_at`,
  );
  return rows.map((row) => ({
    ...{ key: row.key_id, own: own.has(row.key_id), since: row.since, blocks: row.blocks, last: row.last },
    state: row.replaced_by === null ? "signs" : `replaced behind block ${row.replaced_after} by ${row.replaced_by}`,
    trustedBy:
      row.replaces === null ? "being handed over" : row.is_endorsed === true ? row.replaces : `being handed over: ${row.replaces} was lost`,
  }));
}
