import { createServer } from "node:net";
import { join } from "node:path";
import { createSignInLink, linkMinutes } from "../access/sign-in-links.ts";
import { startSealer } from "../audit/seals/sealer.ts";
import { openSigningKey } from "../audit/seals/signing-key.ts";
import { surroundingsOf } from "../banks/connections/surroundings.ts";
import { startBankWorker } from "../banks/connections/worker.ts";
import { type DemoTenant, ensureDemo } from "../demo/demo.ts";
import { problemOfDatabase } from "../errors/database.ts";
import { Problem } from "../errors/problem.ts";
import { migrateDatabase } from "../operations/migrate/migrate-database.ts";
import type { Database } from "../postgres/database.ts";
import { openDatabase } from "../postgres/database.ts";
import { tenantTransaction } from "../postgres/transaction.ts";
import { listenProblem, startServer } from "../server.ts";
import type { Settings } from "../settings/list.ts";
import { counted, print, remark } from "../terminal/output.ts";
import { type Progress, startProgress } from "../terminal/progress.ts";
import { reportError } from "../terminal/report-error.ts";
import { today } from "../time/day.ts";
import { onStopSignal } from "./stop-signal.ts";

/** The database, its schema, the demo, the API and the pages, until it is told to stop. */
export async function start(settings: Settings): Promise<void> {
  const { stopped, later, stopAll } = onStopSignal();
  try {
    await run(settings, later, stopped);
  } finally {
    await stopAll();
  }
}

async function run(settings: Settings, later: (step: () => Promise<void>) => void, stopped: Promise<void>): Promise<void> {
  // Before the database is made and filled: nobody wants to wait for that only to hear that the port is taken.
  await requireFreePort(settings);
  const database = await openDatabase(settings, { withParent: true, note: remark });
  later(() => database.stop());
  const { applied } = await migrateDatabase(database);
  if (applied.length > 0) remark(`applied ${counted(applied.length, "migration")}`);
  later(sealInBackground(database, settings));
  const people = settings.demo ? await makeDemo(database) : [];
  const server = await startServer({
    app: database.app,
    admin: database.admin,
    gate: database.gate,
    host: settings.host,
    port: settings.port,
    log: { level: settings.logLevel },
    trustProxy: settings.trustProxy,
    publicAddress: settings.publicAddress,
    oidcInsecure: settings.oidcInsecure,
    uploadLimitBytes: settings.uploadLimit,
    uploadFolder: join(settings.dataDir, "uploads"),
    banks: surroundingsOf(database, settings, reportError),
  });
  later(() => server.close());
  const worker = startBankWorker({ ...surroundingsOf(database, settings, reportError), gate: database.gate });
  later(() => worker.stop());
  announce(server.address, database, settings, await signInLinks(server.address, database, people));
  await Promise.race([stopped, database.lost]);
}

/** Before the application writes: after a restore, what was there is then told from what comes. */
function sealInBackground(database: Database, settings: Settings): () => Promise<void> {
  const key = { dataDir: settings.dataDir, file: settings.auditKeyFile };
  // Made or refused before there is anything to sign.
  openSigningKey(key);
  const sealer = startSealer(database.sealer, {
    ...{ key, dataDir: settings.dataDir, alarmSeconds: settings.auditLagAlarm },
    onTrouble: (error) => void reportError(error),
    onCaughtUp: () => remark("the audit trail is sealed again as fast as it is written"),
  });
  return () => sealer.stop();
}

async function makeDemo(database: Database): Promise<readonly DemoTenant[]> {
  let progress: Progress | undefined;
  const tenants = await ensureDemo({
    admin: database.admin,
    app: database.app,
    today: today(),
    progress(done, total, file) {
      progress ??= startProgress(total, { unit: "demo statement files" });
      progress.at(done, file, total);
    },
  });
  progress?.end();
  return tenants;
}

interface SignInLink {
  readonly role: string;
  readonly link: string;
  readonly name: string;
}

/** A link is as good as a password, so it is made anew at each start, works once, and is shown to whoever started the program. */
function signInLinks(address: string, database: Database, tenants: readonly DemoTenant[]): Promise<[string, SignInLink[]][]> {
  return Promise.all(
    tenants.map(async ({ id, name, people }) => {
      const links: SignInLink[] = [];
      for (const { id: personId, role, name: personName } of people) {
        const token = await demoToken(database, id, personId);
        if (token !== null) links.push({ role, name: personName, link: `${address}/sign-in?token=${token}` });
      }
      return [name, links] as [string, SignInLink[]];
    }),
  );
}

/** Null for whom the database lets nobody make one alone: somebody was let out, or put the demo's roles under four eyes. */
async function demoToken(database: Database, tenantId: string, personId: string): Promise<string | null> {
  try {
    return (await tenantTransaction(database.app, { tenantId, actor: "apg start" }, (tx) => createSignInLink(tx, personId))).token;
  } catch (error) {
    if (error instanceof Problem || problemOfDatabase(error) !== null) return null;
    throw error;
  }
}

function announce(address: string, database: Database, settings: Settings, tenants: [string, SignInLink[]][]): void {
  const lines = [
    ["address", address],
    ...tenants.flatMap(([tenant, links]) => [
      ["sign in", `to ${tenant}, each link once and within ${linkMinutes} minutes`],
      ...links.map(({ role, link, name }) => ["", `${role.padEnd(15)}${link}  ${name}`]),
    ]),
    ["data", `${database.place} (PostgreSQL ${database.version.text})`],
    ["settings", "apg settings"],
    ["stop", `Ctrl-C, or kill ${process.pid}`],
  ];
  print(`\nAPG Cash Management runs.\n\n${lines.map(([title, text]) => `  ${title?.padEnd(10)}${text}`).join("\n")}\n`);
  if (settings.host !== "127.0.0.1" && settings.host !== "localhost" && settings.host !== "::1")
    remark(`It listens on ${settings.host}, without TLS: put a proxy that speaks TLS in front of it.`);
}

function requireFreePort({ host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => reject(listenProblem(error, { host, port })));
    probe.listen({ host, port }, () => probe.close(() => resolve()));
  });
}
