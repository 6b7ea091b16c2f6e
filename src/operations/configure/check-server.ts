import type { Client } from "../../postgres/connect.ts";
import { rows } from "../../postgres/rows.ts";
import type { RenderedSetting } from "./rendered.ts";
import { type SettingKind, sameValue } from "./values.ts";

/** One thing in which a server is not as it should be. */
export interface Drift {
  readonly kind: "differs" | "restart" | "shadowed" | "unknown" | "error";
  readonly name: string;
  readonly expected: string | null;
  readonly found: string | null;
  /** Where the found value comes from, and what to do. */
  readonly note: string;
}

interface Running extends SettingKind {
  readonly name: string;
  readonly setting: string;
  readonly shown: string;
  readonly source: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly context: string;
  readonly pending: boolean;
}

/** Compares a running server with what is rendered for it. */
export async function checkServer(client: Client, expected: readonly RenderedSetting[]): Promise<readonly Drift[]> {
  const running = await runningSettings(client);
  const drifts = expected.flatMap((setting) => driftOf(setting, running.get(setting.name)));
  return [...drifts, ...(await fileErrors(client))];
}

function driftOf({ name, value, why }: RenderedSetting, running: Running | undefined): Drift[] {
  if (running === undefined)
    return [
      {
        kind: "unknown",
        name,
        expected: value,
        found: null,
        note: "the server does not know it: a library that is not preloaded, or another version",
      },
    ];
  if (running.pending) return [{ kind: "restart", name, expected: value, found: running.shown, note: "waits for a restart of the server" }];
  if (sameValue(value, running.setting, running) || sameValue(value, running.shown, running)) return [];
  const place = running.file === null ? running.source : `${running.file.replace(/^.*[\\/]/, "")}:${running.line}`;
  // alter system, a database's, a role's or the command line's value stands above every file.
  const shadowed = running.source !== "default" && running.source !== "configuration file";
  const overruled = shadowed || running.file?.endsWith("postgresql.auto.conf") === true;
  return [{ kind: overruled ? "shadowed" : "differs", name, expected: value, found: running.shown, note: `from ${place}; ${why}` }];
}

export async function runningSettings(client: Client): Promise<ReadonlyMap<string, Running>> {
  const found = await rows<Running>(
    client,
    `select lower(name) as name, setting, pg_catalog.current_setting(name, true) as shown, unit, vartype, source, sourcefile as file, sourceline as line, context,
       pending_restart as pending
     from pg_catalog.pg_settings`,
  );
  return new Map(found.map((setting) => [setting.name, setting]));
}

/** What the server would refuse at its next reload, in any of its files. */
export async function fileErrors(client: Client): Promise<readonly Drift[]> {
  const found = await rows<{ name: string | null; setting: string | null; place: string; error: string }>(
    client,
    `select name, setting, coalesce(sourcefile, '') || ':' || coalesce(sourceline::text, '') as place, error
     from pg_catalog.pg_file_settings
     where error is not null and error <> 'setting could not be applied'
     union all
     select 'pg_hba.conf', null, 'line ' || line_number, error from pg_catalog.pg_hba_file_rules where error is not null
     union all
     select 'pg_ident.conf', null, 'line ' || line_number, error from pg_catalog.pg_ident_file_mappings where error is not null`,
  );
  return found.map(({ name, setting, place, error }) => ({
    kind: "error",
    name: name ?? "?",
    expected: null,
    found: setting,
    note: `${place}: ${error}`,
  }));
}
