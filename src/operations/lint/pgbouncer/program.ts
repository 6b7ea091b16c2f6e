import { dirname, isAbsolute, join } from "node:path";
import { Problem } from "../../../errors/problem.ts";
import type { Program } from "../program.ts";
import { pgbouncerChecks } from "./checks.ts";
import { pgbouncerFindings } from "./findings.ts";
import { readIni } from "./read-ini.ts";
import { readUserList } from "./user-list.ts";

/** Judges a pgbouncer.ini and the auth_file it names. */
export function pgbouncerProgram(file: string, version: string | undefined): Program {
  const parsed = readVersion(version);
  return {
    checks: Object.values(pgbouncerChecks),
    async ask({ admin }) {
      const ini = await readIni(file);
      const named = ini.entries.find(({ section, key }) => section === "pgbouncer" && key === "auth_file");
      const path = named === undefined || isAbsolute(named.value) ? named?.value : join(dirname(named.file), named.value);
      const { rows } = await admin.query<{ name: string }>(
        "select rolname as name from pg_catalog.pg_roles where rolsuper order by rolname",
      );
      const users = path === undefined ? null : await readUserList(path);
      return pgbouncerFindings({ ini, users, version: parsed, superusers: rows.map(({ name }) => name) });
    },
  };
}

function readVersion(text: string | undefined): [number, number] | null {
  if (text === undefined) return null;
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(text) ?? [];
  if (major === undefined || minor === undefined)
    throw new Problem("invalid_input", `"${text}" is not a version of PgBouncer`, {
      hint: "Write --pgbouncer-version=1.24.1, as pgbouncer --version says.",
    });
  return [Number(major), Number(minor)];
}
