import { Option } from "commander";
import { told } from "../../access/manage-commands.ts";
import { ofTenant, type TenantFlags, tenantCommand, uuidOf } from "../../access/tenant-commands.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { commandGroup, type MountCommands } from "../../terminal/command.ts";
import { counted, print, printJson, printTable } from "../../terminal/output.ts";
import { reportError } from "../../terminal/report-error.ts";
import { acknowledgeAlert, listAlerts } from "./alerts.ts";
import { mountConfigureCommands } from "./configure-commands.ts";
import { findConnection, listConnections, removeConnection } from "./connections.ts";
import type { BankConnection, BankFile } from "./contract.ts";
import { dismissFile, listFiles, retryFile } from "./files.ts";
import { listJobs } from "./jobs.ts";
import { surroundingsOf } from "./surroundings.ts";
import { syncNow } from "./sync-now.ts";
import { testConnection } from "./test-connection.ts";

interface ConnectionFlags extends TenantFlags {
  readonly connection: string;
}

/** `apg bank list|add|edit|test|sync|status|retry|dismiss|alerts|remove` */
export const mountBankCommands: MountCommands = (program, context) => {
  const group = commandGroup(program, "bank", "connections to banks: files fetched, brought, and what became of them");
  const ofConnection = (name: string, description: string) =>
    tenantCommand(group, name, description).requiredOption("--connection <name>", "name or id");

  tenantCommand(group, "list", "connections and how they fare").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const found = await tenantRead(database.app, tenant, listConnections);
      if (flags.json === true) return printJson(found);
      if (found.length === 0) return print(`No bank is connected. Connect one: apg bank add --tenant ${flags.tenant} --help`);
      printConnections(found);
    }),
  );
  mountConfigureCommands(group, context);

  ofConnection("test", "reach the bank, compare its key, sign in, list; exit code 0 when all of it works, else 1")
    .option("--confirm-host-key <fingerprint>", "pin the server's key: the fingerprint that you compared with the bank's")
    .action(
      ofTenant<ConnectionFlags & { confirmHostKey?: string }>(context, async ({ database, settings }, tenant, flags) => {
        const { id, name } = await tenantRead(database.app, tenant, (tx) => findConnection(tx, flags.connection));
        const surroundings = surroundingsOf(database, settings, reportError);
        const tested = await testConnection(database.app, tenant, id, surroundings, flags.confirmHostKey);
        told(tested, flags, ({ outcome, hostKey, files, problem }) => {
          if (outcome === "connected") return `${name} works: ${counted(files ?? 0, "file")} there.`;
          if (outcome === "failed") return `${name} does not work: ${problem?.message}\nhint: ${problem?.hint ?? ""}`;
          return `The server of ${name} shows the key ${hostKey}\nCompare it with what the bank published. If it is the same:\n  apg bank test --tenant ${flags.tenant} --connection "${name}" --confirm-host-key ${hostKey}`;
        });
        if (!("done" in tested) || tested.done.outcome !== "connected") process.exitCode = 1;
      }),
    );

  ofConnection("sync", "fetch what is new, now; exit code 0 when all went well, else 1").action(
    ofTenant<ConnectionFlags>(context, async ({ database, settings }, tenant, flags) => {
      const { id, name } = await tenantRead(database.app, tenant, (tx) => findConnection(tx, flags.connection));
      const job = await syncNow(surroundingsOf(database, settings, reportError), tenant, id);
      const counts = job.result as Record<string, number>;
      if (job.state !== "done" || (counts["refused"] ?? 0) > 0 || (counts["failed"] ?? 0) > 0) process.exitCode = 1;
      if (flags.json === true) return printJson(job);
      if (job.problem !== null) return print(`${name}: ${job.problem.message}\nhint: ${job.problem.hint ?? ""}`);
      print(
        `${name}: ${counted(counts["listed"] ?? 0, "file")} there; ${counts["imported"]} imported, ${counts["duplicates"]} known, ${counts["refused"]} wait for a person, ${counts["failed"]} failed.`,
      );
    }),
  );

  ofConnection("status", "a connection, its last syncs, and its files: the newest 20, or all that are open")
    .option("--open", "files alone that are not done")
    .action(
      ofTenant<ConnectionFlags & { open?: true }>(context, async ({ database }, tenant, flags) => {
        const found = await tenantRead(database.app, tenant, async (tx) => {
          const connection = await findConnection(tx, flags.connection);
          const page = { limit: flags.open === true ? 500 : 20, after: null };
          const files = await listFiles(tx, connection.id, page, flags.open === true ? "open" : undefined);
          return { connection, jobs: await listJobs(tx, connection.id, 5), files: files.map(({ item }) => item) };
        });
        if (flags.json === true) return printJson(found);
        printStatus(found.connection);
        if (found.jobs.length > 0) print();
        for (const job of found.jobs)
          print(`${job.endedAt ?? job.startedAt ?? job.runAt}  sync ${job.state}${job.problem === null ? "" : `: ${job.problem.message}`}`);
        printFiles(found.files);
      }),
    );

  for (const [name, description, verb, words] of [
    ["retry", "try a file again at the next sync, which is due at once", retryFile, "is tried again"],
    ["dismiss", "say that a file needs nothing more; its alert ends", dismissFile, "is dismissed"],
  ] as const)
    tenantCommand(group, name, description)
      .requiredOption("--file <id>", "apg bank status shows it")
      .action(
        ofTenant<TenantFlags & { file: string }>(context, async ({ database }, tenant, flags) => {
          const id = uuidOf(flags.file, "file", "apg bank status");
          const file = await tenantTransaction(database.app, tenant, (tx) => verb(tx, id));
          if (flags.json === true) return printJson(file);
          print(`${file.name} ${words}.`);
        }),
      );

  tenantCommand(group, "alerts", "late and broken deliveries, and connections that fail; acknowledge one by its id")
    .addOption(new Option("--state <state>", "open, or resolved").choices(["open", "resolved"]).default("open"))
    .option("--acknowledge <id>", "say that you have seen it")
    .action(
      ofTenant<TenantFlags & { state: "open" | "resolved"; acknowledge?: string }>(context, async ({ database }, tenant, flags) => {
        const id = flags.acknowledge;
        if (id !== undefined)
          await tenantTransaction(database.app, tenant, (tx) => acknowledgeAlert(tx, uuidOf(id, "alert", "apg bank alerts")));
        const found = await tenantRead(database.app, tenant, (tx) => listAlerts(tx, { state: flags.state }));
        if (flags.json === true) return printJson(found);
        if (found.length === 0) return print(flags.state === "open" ? "Nothing is wrong." : "Nothing was.");
        printTable(
          ["raised", "severity", "what", "acknowledged", "id"].map((title) => ({ title })),
          found.map((alert) => [alert.raisedAt, alert.severity, alert.message, alert.acknowledgedBy ?? "-", alert.id]),
        );
      }),
    );

  ofConnection("remove", "end a connection and throw its credentials away; what came this way stays").action(
    ofTenant<ConnectionFlags>(context, async ({ database }, tenant, flags) => {
      const removed = await tenantTransaction(database.app, tenant, async (tx) =>
        removeConnection(tx, (await findConnection(tx, flags.connection)).id),
      );
      told(removed, flags, ({ name }) => `${name} is removed.`);
    }),
  );
};

function printConnections(found: readonly BankConnection[]): void {
  const titles = ["bank", "connection", "kind", "status", "expected by", "covered", "last success", "next sync", "open", "error"];
  printTable(
    titles.map((title) => ({ title, align: title === "open" || title === "error" ? ("right" as const) : ("left" as const) })),
    found.map((connection) => [
      connection.bank.name,
      connection.name,
      connection.kind,
      connection.missingSince === null ? connection.status : `${connection.status}, late`,
      connection.expectedBy === null ? "-" : `${connection.expectedBy} ${connection.timeZone}`,
      connection.coveredThrough ?? "-",
      connection.lastSuccessAt ?? "-",
      connection.isSyncing ? "now" : (connection.nextSyncAt ?? "by hand"),
      String(connection.files.waiting),
      String(connection.files.error),
    ]),
  );
}

function printStatus(connection: BankConnection): void {
  const { settings } = connection;
  const place = [settings.host, settings.path].filter((part) => part !== undefined).join(":");
  const facts: [string, string | null][] = [
    ["connection", `${connection.name} (${connection.kind}) to ${connection.bank.name}`],
    ["id", connection.id],
    ["status", connection.status],
    ["last error", connection.lastError],
    ["place", place === "" ? null : place],
    ["host key", connection.hostKey],
    ["schedule", connection.schedule ?? (connection.kind === "upload" ? null : "by hand")],
    ["next sync", connection.isSyncing ? "now" : connection.nextSyncAt],
    [
      "expected by",
      connection.expectedBy === null ? null : `${connection.expectedBy} ${connection.timeZone}, late ${connection.slaMinutes} min after`,
    ],
    ["covered through", connection.coveredThrough],
    ["missing since", connection.missingSince],
    ["API key", connection.apiKeyId],
  ];
  for (const [title, value] of facts) if (value !== null) print(`${title.padEnd(16)}${value}`);
}

function printFiles(files: readonly BankFile[]): void {
  if (files.length === 0) return;
  print();
  printTable(
    [
      { title: "file" },
      { title: "bytes", align: "right" },
      { title: "status" },
      { title: "at the bank" },
      { title: "last try" },
      { title: "id" },
    ],
    files.map((file) => [
      file.name,
      String(file.bytes),
      file.outcome === "duplicate" ? `${file.syncStatus} (known)` : file.syncStatus,
      file.movedTo ?? file.atBank,
      file.lastSyncAttempt ?? "-",
      file.id,
    ]),
  );
  for (const file of files) if (file.problem !== null) print(`${file.name}: ${file.problem.code}: ${file.problem.message}`);
}
