import { existsSync } from "node:fs";
import { GB, hashMemMultiplier, MB, nodesOfWorstPlan } from "./budget.ts";
import type { Drift } from "./check-server.ts";
import { type Conf, readConf } from "./read-conf.ts";
import { human } from "./refusals.ts";
import type { RenderedSetting } from "./rendered.ts";
import { leftOut } from "./settings/index.ts";
import type { Target } from "./target.ts";
import { normal, type SettingKind, sameValue } from "./values.ts";

/** What a server of this version knows: name and kind. */
export type KnownSettings = ReadonlyMap<string, SettingKind>;

/** A finding about a file: `error` keeps a server from starting, `unsafe` will hurt, `differs` is another choice than ours. */
export interface FileFinding {
  readonly kind: "error" | "unsafe" | "differs";
  readonly line: number | null;
  readonly name: string;
  readonly found: string | null;
  readonly expected: string | null;
  readonly note: string;
}

/** Judges a postgresql.conf that somebody else wrote, as one of this target. `known` is null when no server was asked. */
export function checkFile(
  text: string,
  target: Target,
  expected: readonly RenderedSetting[],
  known: KnownSettings | null,
): readonly FileFinding[] {
  const conf = readConf(text);
  const last = new Map(conf.settings.map((setting) => [setting.name, setting]));
  return [
    ...conf.broken.map(({ line, text: found }) => error(line, "?", found, "the server cannot read this line, and does not start")),
    ...repeated(conf),
    ...conf.settings.flatMap((setting) => unknownName(setting, target, known)),
    ...[...last.values()].flatMap((setting) => missingFile(setting)),
    ...[...last.values()].flatMap((setting) => difference(setting, expected, known)),
    ...combinations(new Map([...last].map(([name, { value }]) => [name, value])), target),
  ];
}

function repeated({ settings }: Conf): FileFinding[] {
  return settings.flatMap((setting, index) => {
    const later = settings.slice(index + 1).find(({ name }) => name === setting.name);
    return later === undefined
      ? []
      : [
          {
            kind: "unsafe" as const,
            line: setting.line,
            name: setting.name,
            found: setting.value,
            expected: null,
            note: `set again in line ${later.line}: the last one counts`,
          },
        ];
  });
}

/** Gone in every version that is served here, or in some. */
const removed: Readonly<Record<string, number>> = {
  stats_temp_directory: 15,
  old_snapshot_threshold: 17,
  db_user_namespace: 17,
  promote_trigger_file: 16,
  vacuum_defer_cleanup_age: 16,
  force_parallel_mode: 16,
};

function unknownName(
  { line, name, value }: { line: number; name: string; value: string },
  { build }: Target,
  known: KnownSettings | null,
): FileFinding[] {
  const since = removed[name];
  if (since !== undefined && build.major >= since)
    return [error(line, name, value, `PostgreSQL ${since} and later do not know it: the server does not start`)];
  // Names with a dot belong to libraries, which may not be loaded where this is asked.
  if (known !== null && !name.includes(".") && !known.has(name))
    return [error(line, name, value, `PostgreSQL ${build.major} does not know it: the server does not start`)];
  return [];
}

function missingFile({ line, name, value }: { line: number; name: string; value: string }): FileFinding[] {
  if (!/^ssl_(cert|key|ca|crl|dh_params)_file$/.test(name) || value === "" || !value.startsWith("/") || existsSync(value)) return [];
  return [error(line, name, value, "is not on this machine: with ssl = on the server does not start")];
}

function difference(
  { line, name, value }: { line: number; name: string; value: string },
  expected: readonly RenderedSetting[],
  known: KnownSettings | null,
): FileFinding[] {
  const ours = expected.find((setting) => setting.name === name);
  const kind = known?.get(name) ?? guessedKind(value);
  if (ours !== undefined)
    return sameValue(value, ours.value, kind) ? [] : [{ kind: "differs", line, name, found: value, expected: ours.value, note: ours.why }];
  const left = leftOut.find((setting) => setting.name === name && !/the built-in default/.test(setting.why));
  return left === undefined || value === "" ? [] : [{ kind: "differs", line, name, found: value, expected: null, note: left.why }];
}

/** What is dangerous only together. */
function combinations(values: ReadonlyMap<string, string>, { machine, archive }: Target): FileFinding[] {
  const bytes = (name: string, otherwise: number) => sizeOf(values.get(name)) ?? otherwise;
  const count = (name: string, otherwise: number) => Number(values.get(name) ?? otherwise);
  const connections = count("max_connections", 100);
  const plans = connections * nodesOfWorstPlan * hashMemMultiplier * bytes("work_mem", 4 * MB);
  const fixed =
    bytes("shared_buffers", 128 * MB) +
    count("autovacuum_max_workers", 3) * bytes("autovacuum_work_mem", bytes("maintenance_work_mem", 64 * MB));
  const together: (readonly [condition: boolean, names: string, note: string])[] = [
    [
      plans + fixed > machine.memory,
      "max_connections, work_mem, shared_buffers",
      `in the worst case ${human(plans + fixed)} of ${human(machine.memory)} memory: the system then kills the server`,
    ],
    [
      count("max_worker_processes", 8) <= count("max_parallel_workers", 8) && values.has("max_parallel_workers"),
      "max_worker_processes, max_parallel_workers",
      "parallel plans may take every worker: none is left for prewarm, logical replication or a scheduler",
    ],
    [
      values.has("max_replication_slots") && !values.has("max_slot_wal_keep_size"),
      "max_replication_slots, max_slot_wal_keep_size",
      "a standby that is gone keeps all WAL until the disk is full, and the server stops",
    ],
    [
      archive.kind !== "none" && values.has("wal_level") && !/^(on|always)$/i.test(values.get("archive_mode") ?? "off"),
      "wal_level, archive_mode",
      "nothing is archived: there is no recovery to a point in time",
    ],
    [
      values.has("log_min_duration_statement") && values.get("log_parameter_max_length") !== "0",
      "log_min_duration_statement, log_parameter_max_length",
      "bound values, among them account numbers and tokens, go into the log",
    ],
    [/^(ddl|mod|all)$/i.test(values.get("log_statement") ?? "none"), "log_statement", "writes create role … password as it was typed"],
    [
      count("max_connections", 100) * bytes("temp_file_limit", 0) > machine.diskSize,
      "temp_file_limit, max_connections",
      `all connections together may spill ${human(connections * bytes("temp_file_limit", 0))} to a disk of ${human(machine.diskSize)}`,
    ],
    [
      /^\*$|^0\.0\.0\.0$/.test(values.get("listen_addresses") ?? ""),
      "listen_addresses",
      "answers on every interface, also on those added later",
    ],
    [
      bytes("wal_keep_size", 0) + bytes("max_wal_size", GB) > machine.walSize / 2,
      "wal_keep_size, max_wal_size",
      `more than half of the WAL volume of ${human(machine.walSize)}`,
    ],
    [/mdy|dmy/i.test(values.get("datestyle") ?? ""), "datestyle", "03/04/2026 is read as one day here and as another there"],
  ];
  return together
    .filter(([condition]) => condition)
    .map(([, name, note]) => ({ kind: "unsafe", line: null, name, found: null, expected: null, note }));
}

function sizeOf(value: string | undefined): number | null {
  if (value === undefined || !/^\d+\s*(B|kB|MB|GB|TB)$/.test(value)) return null;
  return Number(normal(value, { vartype: "integer", unit: "B" }));
}

function guessedKind(value: string): SettingKind {
  if (/^(on|off|true|false|yes|no)$/i.test(value)) return { vartype: "bool", unit: null };
  if (/^\d+\s*(B|kB|MB|GB|TB)$/.test(value)) return { vartype: "integer", unit: "kB" };
  if (/^\d+\s*(us|ms|s|min|h|d)$/.test(value)) return { vartype: "integer", unit: "ms" };
  return /^-?[\d.]+$/.test(value) ? { vartype: "real", unit: null } : { vartype: "enum", unit: null };
}

function error(line: number, name: string, found: string, note: string): FileFinding {
  return { kind: "error", line, name, found, expected: null, note };
}

/** For one way to tell both. */
export function asFinding({ kind, name, expected, found, note }: Drift): FileFinding {
  return {
    kind: kind === "error" || kind === "unknown" ? "error" : "differs",
    line: null,
    name,
    found,
    expected,
    note: `${kind}: ${note}`,
  };
}
