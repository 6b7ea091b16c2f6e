import type { ClientBase } from "pg";
import { readRule } from "./read-rule.ts";
import type { HbaLine } from "./rule.ts";

interface Row {
  readonly file: string;
  readonly line: number;
  readonly type: string | null;
  readonly databases: string[] | null;
  readonly users: string[] | null;
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string | null;
  readonly options: string[] | null;
  readonly error: string | null;
}

/** The rules in the server's own file as it stands now: what a reload would make of it. Only a superuser may read them. */
export async function readServerRules(admin: ClientBase, major: number): Promise<HbaLine[]> {
  const { rows } = await admin.query<Row>(
    `select ${major >= 16 ? "file_name" : "current_setting('hba_file')"} as file, line_number as line, type, database as databases,
       user_name as users, address, netmask, auth_method as method, options, error
     from pg_catalog.pg_hba_file_rules
     order by ${major >= 16 ? "rule_number nulls last, " : ""}line_number`,
  );
  return rows.map((row) => {
    const words = [row.type, row.databases?.join(","), row.users?.join(","), row.address, row.netmask, row.method, ...(row.options ?? [])];
    const place = { file: row.file, line: row.line, text: words.filter((word) => word != null).join(" ") };
    if (row.error !== null) return { kind: "error", ...place, message: row.error };
    // The view has lost the quotes: what spells a keyword is taken for one.
    const names = (list: readonly (string | null)[]) => list.map((text) => ({ text: text ?? "", quoted: false }));
    const address = row.address === null ? [] : [names([row.address])];
    const mask = row.netmask === null ? [] : [names([row.netmask])];
    const options = (row.options ?? []).map((option) => names([option]));
    const fields = [
      names([row.type]),
      names(row.databases ?? []),
      names(row.users ?? []),
      ...address,
      ...mask,
      names([row.method]),
      ...options,
    ];
    return readRule(fields, place, major);
  });
}
