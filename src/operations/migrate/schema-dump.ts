import type { ClientBase } from "pg";
import * as questions from "./schema-queries.ts";

const sections: ReadonlyArray<readonly [title: string, question: string]> = [
  ["Schemas", questions.schemas],
  ["Extensions", questions.extensions],
  ["Domains", questions.domains],
  ["Sequences", questions.sequences],
  ["Tables", questions.tables],
  ["Views", questions.views],
  ["Functions", questions.functions],
];

/**
 * The schema as text: what `database/schema.sql` shows, so that a migration appears as a readable difference. Not a backup and not
 * for loading. Why not pg_dump: docs/why/schema-dump.md.
 */
export async function dumpSchema(admin: ClientBase): Promise<string> {
  await admin.query("begin isolation level repeatable read read only");
  try {
    // Names are then printed with their schema.
    await admin.query("set local search_path = pg_catalog");
    const parts: string[] = [heading];
    for (const [title, question] of sections) {
      const { rows } = await admin.query<{ text: string }>(question);
      parts.push(`-- ${title} ${"-".repeat(120 - title.length)}`, ...rows.map((row) => row.text));
    }
    return `${parts.join("\n\n")}\n`;
  } finally {
    await admin.query("rollback");
  }
}

const heading = `-- What the migrations make, written by "apg db schema" from the catalogue. Not for loading: that is what migrations are for.
-- Partitions are left out; maintenance.partition_policies says which there are.`;
