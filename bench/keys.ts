import { randomBytes, randomUUID } from "node:crypto";
import { tenantKeys } from "../src/keys/key-ring.ts";
import { places } from "../src/keys/places.ts";
import { rotateKeys } from "../src/operations/keys/rotate.ts";
import { withClient } from "../src/postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../src/postgres/transaction.ts";
import { type Bench, createTenant, type Figure, median, withBenchDatabase } from "./kit.ts";

const context = { tenantId: "bench", actor: "bench" };

/** What finding a row by an encrypted value costs: a counterparty by its IBAN, blind index computed, against the same by its primary key. */
export const keysBench: Bench = {
  name: "keys",
  run({ quick }) {
    const rows = quick ? 20_000 : 1_000_000;
    return withBenchDatabase(async (database) => {
      await createTenant(database, context.tenantId);
      const known = await fill(database.app, database.admin, rows);
      return [
        await lookups(database.app, rows, known, quick ? 500 : 5_000),
        await rotation(database.app, database.admin, quick ? 5_000 : 200_000),
      ];
    });
  },
};

type Pool = Parameters<typeof tenantRead>[0];

interface Known {
  readonly id: string;
  readonly iban: string;
}

/** As many counterparties as asked; of every hundredth the id and the IBAN are kept to look it up. */
async function fill(app: Pool, admin: Pool, rows: number): Promise<Known[]> {
  const keys = await tenantTransaction(app, context, tenantKeys);
  const known: Known[] = [];
  await withClient(admin, async (client) => {
    // The trail of a million counterparties is not what is measured.
    await client.query("set session_replication_role = replica");
    for (let from = 0; from < rows; from += 10_000) {
      const batch = Array.from({ length: Math.min(10_000, rows - from) }, (_, at) => ({ id: randomUUID(), iban: ibanOf(from + at) }));
      known.push(...batch.filter((_, at) => at % 100 === 0));
      await client.query(
        `insert into cash_management.cm_counterparties (tenant_id, id, name, iban_encrypted, iban_index, iban_last_four)
         select $1, id, id::text, $2, iban_index, right(iban_index, 4)
         from unnest($3::uuid[], $4::text[]) as batch (id, iban_index)`,
        [
          context.tenantId,
          Buffer.concat([Buffer.from("APG"), randomBytes(60)]),
          batch.map((one) => one.id),
          batch.map((one) => keys.index("account", one.iban)),
        ],
      );
    }
    await client.query("reset session_replication_role");
    await client.query("vacuum (analyze) cash_management.cm_counterparties");
  });
  return known;
}

async function lookups(app: Pool, rows: number, known: readonly Known[], times: number): Promise<Figure> {
  const byKey: number[] = [];
  const byIndex: number[] = [];
  await tenantRead(app, context, async (tx) => {
    const keys = await tenantKeys(tx);
    const timed = async (into: number[], turn: number, text: string, value: () => string) => {
      const from = performance.now();
      const { rowCount } = await tx.query(text, [tx.tenantId, value()]);
      if (rowCount !== 1) throw new Error("the counterparty was not found");
      if (turn >= 0) into.push(performance.now() - from);
    };
    for (let turn = -200; turn < times; turn += 1) {
      const one = known[(turn + 200) % known.length] as Known;
      const key = () =>
        timed(byKey, turn, "select name from cash_management.cm_counterparties where tenant_id = $1 and id = $2", () => one.id);
      const index = () =>
        timed(byIndex, turn, "select name from cash_management.cm_counterparties where tenant_id = $1 and iban_index = $2", () =>
          keys.index("account", one.iban),
        );
      for (const look of turn % 2 === 0 ? [key, index] : [index, key]) await look();
    }
  });
  const ratio = median(byIndex) / median(byKey);
  const us = (values: readonly number[]) => `${(median(values) * 1000).toFixed(0)} µs`;
  return {
    name: `lookup of an encrypted IBAN among ${rows} by its blind index, p50`,
    base: `by primary key: ${us(byKey)}`,
    measured: us(byIndex),
    ratio: `${ratio.toFixed(2)}x`,
    target: "at most 1.5x",
    met: ratio <= 1.5,
  };
}

const rotated = { tenantId: "rotated", actor: "bench" };

/** Rotation, against the same server writing the same values anew in one statement, as an update of every row does at best. */
async function rotation(app: Pool, admin: Pool, rows: number): Promise<Figure> {
  await admin.query("insert into cash_management.cm_tenants (tenant_id, name) values ($1, $1)", [rotated.tenantId]);
  const keys = await tenantTransaction(app, rotated, tenantKeys);
  await withClient(admin, async (client) => {
    await client.query("set session_replication_role = replica");
    for (let from = 0; from < rows; from += 10_000) {
      const ids = Array.from({ length: Math.min(10_000, rows - from) }, () => randomUUID());
      await client.query(
        `insert into cash_management.cm_counterparties (tenant_id, id, name, iban_encrypted, iban_index, iban_last_four)
         select $1, id, id::text, value, iban_index, '0000' from unnest($2::uuid[], $3::bytea[], $4::text[]) as batch (id, value, iban_index)`,
        [
          rotated.tenantId,
          ids,
          ids.map((id, at) => keys.encryptText(places.counterpartyIban, id, ibanOf(from + at))),
          ids.map((_, at) => keys.index("account", ibanOf(from + at))),
        ],
      );
    }
    await client.query("reset session_replication_role");
    await client.query("vacuum (analyze) cash_management.cm_counterparties; checkpoint");
  });
  const facts = async () => {
    const { rows: found } = await admin.query<{ wal: string; bytes: string }>(
      "select (pg_current_wal_insert_lsn() - '0/0')::text as wal, pg_total_relation_size('cash_management.cm_counterparties')::text as bytes",
    );
    return { wal: Number(found[0]?.wal), bytes: Number(found[0]?.bytes) };
  };
  const before = await facts();
  const { seconds, values } = await rotateKeys(admin, rotated);
  const after = await facts();
  const from = performance.now();
  await admin.query(
    "update cash_management.cm_counterparties set iban_encrypted = iban_encrypted || ''::bytea where tenant_id = 'rotated'",
  );
  const plain = (performance.now() - from) / 1000;
  const perValue = (bytes: number) => `${Math.round(bytes / values)} bytes`;
  const grown = `${perValue(after.wal - before.wal)} WAL and ${perValue(after.bytes - before.bytes)} in files a value`;
  return {
    name: `rotation of ${values} values, with its trail; ${grown}`,
    base: `one update of all: ${Math.round(rows / plain)} rows/s`,
    measured: `${Math.round(values / seconds)} values/s`,
    ratio: `${(plain / seconds).toFixed(2)}`,
    target: "at least 0.2",
    met: plain / seconds >= 0.2,
  };
}

function ibanOf(number: number): string {
  return `DE89${String(number).padStart(18, "0")}`;
}
