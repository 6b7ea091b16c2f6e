import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { to as copyTo } from "pg-copy-streams";
import { type Client, type Pool, withClient } from "../../src/postgres/connect.ts";
import type { Needles } from "./needles.ts";
import type { Seen } from "./watch.ts";

/** Every statistic view there is, and the sample of values that the planner keeps. */
export async function lookAtStatistics(admin: Pool, seen: Seen): Promise<void> {
  await withClient(admin, async (client) => {
    await client.query("analyze");
    const views = await client.query<{ name: string; bare: string }>(
      `select oid::regclass::text as name, relname as bare
       from pg_class
       where relkind = 'v' and (relname ~ '^pg_(stat|statio)' or relname in ('pg_stats', 'pg_stats_ext', 'pg_prepared_statements', 'pg_settings'))
       order by 1`,
    );
    for (const { name, bare } of views.rows) {
      const place = bare === "pg_stat_statements" ? bare : "statistic views";
      for (const row of (await client.query<{ row: string }>(`select v::text as row from ${name} as v`)).rows) seen.add(place, row.row);
    }
  });
}

/**
 * Each table as COPY writes it, the catalogue's too: what a logical dump holds, and more. The keys of contexts are there on purpose, and to
 * be left out of dumps (docs/why/signed-context.md).
 */
export async function dumpTables(admin: Pool, seen: Seen): Promise<void> {
  await withClient(admin, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select oid::regclass::text as name
       from pg_class
       where relkind in ('r', 'm') and oid <> 'cash_management.cm_context_keys'::regclass
       order by 1`,
    );
    for (const { name } of rows) seen.add("dump of the tables", await copied(client, name));
  });
}

function copied(client: Client, name: string): Promise<string> {
  return text(client.query(copyTo(`copy (select * from ${name}) to stdout`)));
}

/** Looks through every file of a folder; answers what was found, by place. */
export function searchFiles(folder: string, needles: Needles, placeOf: (path: string) => string): Found[] {
  return filesIn(folder).flatMap((path) =>
    needles.foundIn(readFileSync(path)).map((name) => ({ secret: name, place: placeOf(path.slice(folder.length + 1)) })),
  );
}

export interface Found {
  readonly secret: string;
  readonly place: string;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
