import type { Check, Finding, Level } from "../check.ts";
import type { Ini, IniEntry } from "./read-ini.ts";

/** The settings with PgBouncer's own defaults. */
export class Subject {
  readonly file: string;
  readonly databases: readonly IniEntry[];
  readonly users: readonly IniEntry[];
  readonly #settings: ReadonlyMap<string, IniEntry>;

  constructor(ini: Ini) {
    const of = (section: string) => ini.entries.filter((entry) => entry.section === section);
    this.file = shortName(ini.entries[0]?.file ?? "pgbouncer.ini");
    this.databases = of("databases");
    this.users = of("users");
    this.#settings = new Map(of("pgbouncer").map((entry) => [entry.key, entry]));
  }

  value(key: string, fallback: string): string {
    return this.#settings.get(key)?.value ?? fallback;
  }

  said(key: string): boolean {
    return this.#settings.has(key);
  }

  list(key: string): string[] {
    return this.value(key, "")
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
  }

  finding(check: Check, key: string, detail: string, wanted: string, level: Level = check.level): Finding {
    const entry = this.#settings.get(key);
    const evidence = entry === undefined ? `${key} is not set` : `${shortName(entry.file)}:${entry.line}: ${key} = ${entry.value}`;
    return finding(check, `${this.file} ${key}`, detail, evidence, `-- in [pgbouncer]: ${key} = ${wanted}`, level);
  }
}

export function shortName(file: string): string {
  return file.replace(/^.*[\\/]/, "");
}

export function finding(check: Check, object: string, detail: string, evidence: string, fix: string, level: Level = check.level): Finding {
  return { check, level, object, detail, evidence, fix };
}
