import type { ClientBase } from "pg";
import type { ContextKey } from "../../postgres/context.ts";
import { installContextKey } from "../../postgres/context-keys.ts";
import { type MigrationFile, readDatabaseFile, readMigrations } from "./migration-files.ts";
import { ensureHorizons } from "./partitions.ts";
import { appliedMigrations, pendingMigrations } from "./plan.ts";
import { keepValuesOutOfTheLog } from "./quiet-log.ts";
import { retrying } from "./retrying.ts";
import { setRolePasswords } from "./role-passwords.ts";
import { forThisAdministrator } from "./without-superuser.ts";

export interface MigrateOptions {
  /** Clear-text passwords by role; the server gets SCRAM verifiers. Roles not named keep what they have. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** What the program signs with: the database takes it from now on. Left out: those it takes already. */
  readonly contextKey?: ContextKey;
  /** Who migrates, for the trail. */
  readonly actor?: string;
  readonly log?: (line: string) => void;
  /**
   * What the program must have done to the rows before a migration, by the migration's name without its number; it may be
   * interrupted, and then goes on at the next call.
   */
  readonly before?: Readonly<Record<string, (log: (line: string) => void) => Promise<void>>>;
  /** Another folder of migrations, for tests. */
  readonly folder?: string;
}

export interface Migrated {
  /** Names of the migrations this call applied, in order. */
  readonly applied: string[];
  /** Partitions made so that every table reaches as far back and ahead as its policy says. */
  readonly partitions: number;
  /** Sessions that begin from now on have other settings than those that are open. */
  readonly newSettings: boolean;
}

/**
 * Brings a database to this program's schema: roles, then each pending migration in a transaction of its own, then
 * partitions. Two at once: one waits. Killed in between: the next call goes on where this one stopped.
 * @throws Problem `migration_changed`, `database_ahead`
 */
export async function migrate(admin: ClientBase, options: MigrateOptions = {}): Promise<Migrated> {
  const log = options.log ?? (() => {});
  const files = await readMigrations(options.folder);
  return await alone(admin, async () => {
    // Checked before anything is written: a program that does not fit the database must not touch it.
    pendingMigrations(files, await appliedMigrations(admin));
    await prepare(admin);
    const applied: string[] = [];
    for (const file of pendingMigrations(files, await appliedMigrations(admin))) {
      await options.before?.[file.name.slice("0000_".length)]?.(log);
      const durationMs = await retrying(() => apply(admin, file));
      log(`applied ${file.name} (${durationMs} ms)`);
      applied.push(file.name);
    }
    if (options.passwords !== undefined) await setRolePasswords(admin, options.passwords);
    const quieted = await keepValuesOutOfTheLog(admin);
    if (quieted === null)
      log("values bound to statements go into the server's log as it is set: ask for log_parameter_max_length = 0 and …_on_error = 0");
    const partitions = await ensureHorizons(admin);
    if (partitions > 0) log(`made ${partitions} partitions`);
    // After the partitions: the trail tells of a new key.
    const { contextKey } = options;
    if (
      contextKey !== undefined &&
      (await inTransaction(admin, () => installContextKey({ client: admin, actor: options.actor ?? "apg" }, contextKey)))
    )
      log("the database takes this program's context key");
    return { applied, partitions, newSettings: quieted === true };
  });
}

// The lock belongs to the session: when the program dies, the server lets it go with the connection.
const lockKey = 7_306_001;

async function alone<Result>(admin: ClientBase, work: () => Promise<Result>): Promise<Result> {
  await admin.query("select pg_advisory_lock($1)", [lockKey]);
  try {
    return await work();
  } finally {
    await admin.query("select pg_advisory_unlock($1)", [lockKey]).catch(() => {});
  }
}

// Roles are shared by all databases of the cluster, which an advisory lock is not: two databases may be migrated at once.
async function prepare(admin: ClientBase): Promise<void> {
  for (const name of ["roles.sql", "history.sql"]) {
    const sql = await readDatabaseFile(name);
    await retrying(() => inTransaction(admin, () => admin.query(sql)));
  }
}

async function apply(admin: ClientBase, file: MigrationFile): Promise<number> {
  const begun = performance.now();
  return await inTransaction(admin, async () => {
    // Waiting for a lock holds up everybody queued behind us; better to give up and come again.
    await admin.query("set local lock_timeout = '5s'");
    await admin.query(await forThisAdministrator(admin, file.sql));
    await admin.query("reset role");
    const durationMs = Math.round(performance.now() - begun);
    await admin.query("insert into maintenance.migrations (number, name, sha256, duration_ms) values ($1, $2, $3, $4)", [
      file.number,
      file.name,
      file.sha256,
      durationMs,
    ]);
    return durationMs;
  });
}

async function inTransaction<Result>(admin: ClientBase, work: () => Promise<Result>): Promise<Result> {
  await admin.query("begin");
  try {
    const result = await work();
    await admin.query("commit");
    return result;
  } catch (error) {
    await admin.query("rollback").catch(() => {});
    throw error;
  }
}
