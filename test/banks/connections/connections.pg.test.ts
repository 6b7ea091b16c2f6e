import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { addPolicy } from "../../../src/access/approvals/approvals.ts";
import { decideAndCarryOut } from "../../../src/access/approvals/carry-out.ts";
import { createPerson } from "../../../src/access/people.ts";
import { executors } from "../../../src/apg/executors.ts";
import { acknowledgeAlert, listAlerts } from "../../../src/banks/connections/alerts.ts";
import { connectionInUse } from "../../../src/banks/connections/connection.ts";
import {
  addConnection,
  changeConnection,
  getConnection,
  listConnections,
  removeConnection,
} from "../../../src/banks/connections/connections.ts";
import { claimJob, dueJobs, endJob, LeaseLost, renewLease, requestSync } from "../../../src/banks/connections/jobs.ts";
import { settleArrival } from "../../../src/banks/connections/settle-arrival.ts";
import { startBankWorker } from "../../../src/banks/connections/worker.ts";
import { tenantTransaction } from "../../../src/postgres/transaction.ts";
import { bankSurroundings, connect, filesOf, openTestTenant, sync, treasurer } from "../../helpers/banks.ts";
import { camt053 } from "../../helpers/camt.ts";
import { asTenant, testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const surroundings = bankSurroundings(database);
const as = <T>(work: Parameters<typeof asTenant<T>>[2], tenant = "acme") => asTenant(database.current, tenant, work);

beforeAll(async () => {
  for (const id of ["acme", "globex", "ruled"]) await openTestTenant(database.current, id);
});

const folder = async (tenant: string, path: string) => {
  const place = join(surroundings.bankFolder, tenant, path);
  await mkdir(place, { recursive: true });
  return place;
};
const statement = (day: string, opening: string, closing: string, account = "DE02120300000000202051") =>
  camt053({ account, day, opening, closing, entries: [{ amount: "1.00" }] });

describe("credentials", () => {
  const secret = "correct-horse-7391";

  test("invariant 26: what opens a connection is encrypted, in no answer and in no entry of the trail", async () => {
    const settings = { host: "sftp.example", username: "acme" };
    const made = await connect(database.current, "acme", { kind: "sftp", name: "Secret", settings, credentials: { password: secret } });
    expect(made.hasCredentials).toBe(true);
    expect(JSON.stringify(made)).not.toContain(secret);
    expect(await as((tx) => connectionInUse(tx, made.id))).toMatchObject({ credentials: { password: secret } });
    const { rows } = await database.current.admin.query(
      "select credentials, (select jsonb_agg(to_jsonb(t))::text from audit.audit_log as t where t.table_name = 'cm_bank_connections') as trail from cash_management.cm_bank_connections where id = $1",
      [made.id],
    );
    expect(rows[0].credentials.includes(Buffer.from(secret))).toBe(false);
    expect(rows[0].trail).toContain('"credentials": "(redacted)"');
    expect(rows[0].trail).not.toContain(secret);
    const encrypted: Buffer = rows[0].credentials;
    for (const form of ["base64", "hex"] as const) expect(rows[0].trail).not.toContain(encrypted.toString(form).slice(0, 60));
  });

  test("stay when something else is changed; another host forgets the pinned key", async () => {
    const [before] = await as(listConnections);
    const id = before?.id ?? "";
    await database.current.admin.query("update cash_management.cm_bank_connections set host_key = $2 where id = $1", [
      id,
      `SHA256:${"A".repeat(43)}`,
    ]);
    const named = await as((tx) => changeConnection(tx, id, { name: "Renamed" }));
    expect(named).toMatchObject({ done: { name: "Renamed", hasCredentials: true, hostKey: `SHA256:${"A".repeat(43)}` } });
    const moved = await as((tx) => changeConnection(tx, id, { settings: { host: "other.example", username: "acme" } }));
    expect(moved).toMatchObject({ done: { hostKey: null, status: "untested", hasCredentials: true } });
    await as((tx) => removeConnection(tx, id));
    await expect(as((tx) => getConnection(tx, id))).rejects.toMatchObject({ code: "not_found" });
    const { rows } = await database.current.admin.query(
      "select credentials, is_active from cash_management.cm_bank_connections where id = $1",
      [id],
    );
    expect(rows).toEqual([{ credentials: null, is_active: false }]);
  });

  test("invariant 1: a connection of another tenant is not there", async () => {
    const { id } = await connect(database.current, "globex", { kind: "folder", name: "Theirs" });
    await expect(as((tx) => getConnection(tx, id))).rejects.toMatchObject({ code: "not_found" });
    await expect(as((tx) => requestSync(tx, id))).rejects.toThrow();
  });
});

test.each([
  [{ kind: "sftp", name: "x", settings: { host: "h" }, credentials: { password: "p" } }, /needs username/],
  [{ kind: "sftp", name: "x", settings: { host: "h", username: "u" } }, /password or a private key/],
  [{ kind: "mail", name: "x", settings: { path: "in" } }, /needs senders/],
  [{ kind: "folder", name: "x", settings: { host: "h" } }, /has no host/],
  [{ kind: "folder", name: "x", credentials: { password: "p" } }, /has no credentials/],
  [{ kind: "folder", name: "x", settings: { after: "move" } }, /moved to is missing/],
  [{ kind: "folder", name: "x", schedule: "sometimes" }, /is not a schedule/],
  [{ kind: "upload", name: "x", schedule: "every 5m" }, /has no schedule/],
  [{ kind: "folder", name: "x", expectedBy: "07:00", timeZone: "Mars/Olympus" }, /is not a time zone/],
  [{ kind: "upload", name: "x", apiKeyId: "a0000000-0000-4000-8000-000000000001" }, /no API key/],
] as const)("%j is refused with what is missing or too much", async (wanted, why) => {
  await expect(connect(database.current, "acme", wanted as never)).rejects.toThrow(why);
});

describe("jobs", () => {
  test("of any tenant are told by the gate when due; one of many who want it gets a job", async () => {
    const { id } = await connect(database.current, "acme", { kind: "folder", name: "Jobs", schedule: "every 1d" });
    expect((await dueJobs(database.current.gate, 100)).length).toBe(0);
    const job = await as((tx) => requestSync(tx, id));
    expect(await as((tx) => requestSync(tx, id))).toBe(job);
    expect(await dueJobs(database.current.gate, 100)).toEqual([{ tenantId: "acme", id: job, kind: "sync" }]);
    const workers = Array.from({ length: 4 }, (_, index) => `a0000000-0000-4000-8000-00000000000${index}`);
    const claims = await Promise.all(workers.map((worker) => as((tx) => claimJob(tx, job, worker))));
    const [claimed, ...others] = claims.filter((claim) => claim !== null);
    expect(others).toEqual([]);
    expect(await dueJobs(database.current.gate, 100)).toEqual([]);

    // Its worker falls silent: another takes over, and the first can write nothing more.
    await database.current.admin.query("update cash_management.cm_bank_jobs set run_at = now() where id = $1", [job]);
    const second = await as((tx) => claimJob(tx, job, "b0000000-0000-4000-8000-000000000000"));
    if (claimed === undefined || second === null) throw new Error("not claimed");
    await expect(as((tx) => renewLease(tx, claimed))).rejects.toThrow(LeaseLost);
    await expect(as((tx) => endJob(tx, claimed, {}, null))).rejects.toThrow(LeaseLost);
    await as((tx) => endJob(tx, second, {}, null));
    await as((tx) => removeConnection(tx, id));
  });

  test("invariant 3: the program's own login sees no other tenant's jobs, and the gate no table at all", async () => {
    const { id } = await connect(database.current, "globex", { kind: "folder", name: "Hidden" });
    await as((tx) => requestSync(tx, id), "globex");
    const { rows } = await as((tx) => tx.query("select from cash_management.cm_bank_jobs where connection_id = $1", [id]));
    expect(rows).toEqual([]);
    await expect(database.current.gate.query("select from cash_management.cm_bank_jobs")).rejects.toMatchObject({ code: "42501" });
    await as((tx) => removeConnection(tx, id), "globex");
  });

  test("several servers at once: each file is fetched and imported once", async () => {
    const place = await folder("acme", "shared");
    for (let day = 1; day <= 6; day += 1)
      await writeFile(join(place, `${day}.xml`), statement(`2026-05-0${day}`, `${day - 1}.00`, `${day}.00`, "DE75512108001245126199"));
    const settings = { path: "shared", after: "delete", settleSeconds: 0 } as const;
    const { id } = await connect(database.current, "acme", { kind: "folder", name: "Shared", settings, schedule: "every 1d" });
    const servers = [1, 2, 3].map(() => startBankWorker({ ...surroundings, gate: database.current.gate, everyMs: 20 }));
    for (let round = 0; round < 5; round += 1) {
      await as((tx) => requestSync(tx, id));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (
      let look = 0;
      look < 300 && (await filesOf(database.current, "acme", id)).filter(({ atBank }) => atBank === "deleted").length < 6;
      look += 1
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all(servers.map((server) => server.stop()));
    const files = await filesOf(database.current, "acme", id);
    expect(files.map(({ syncStatus, outcome, attempts }) => [syncStatus, outcome, attempts])).toEqual(
      Array.from({ length: 6 }, () => ["imported", "imported", 1]),
    );
    expect(surroundings.troubles).toEqual([]);
    await as((tx) => removeConnection(tx, id));
  });
});

describe("mail", () => {
  const message = (from: string, attachments: readonly (readonly [string, string])[]) =>
    [
      `From: The Bank <${from}>`,
      "To: cash@acme.example",
      "Subject: Your statement",
      "MIME-Version: 1.0",
      'Content-Type: multipart/mixed; boundary="b"',
      "",
      "--b",
      "Content-Type: text/plain",
      "",
      "Please find your statement.",
      ...attachments.flatMap(([name, content]) => [
        "--b",
        `Content-Type: application/octet-stream; name="${name}"`,
        `Content-Disposition: attachment; filename="${name}"`,
        "Content-Transfer-Encoding: base64",
        "",
        Buffer.from(content).toString("base64").replace(/.{76}/g, "$&\n"),
      ]),
      "--b--",
      "",
    ].join("\r\n");
  const iban = "FR1420041010050500013M02606";

  test("attachments of known senders become deliveries, the message is kept whole; of others it waits for a person", async () => {
    const place = await folder("acme", "maildir/new");
    await folder("acme", "maildir/cur");
    const settings = { path: "maildir", senders: ["@bank.example"], patterns: ["*.xml"], after: "move" as const, moveTo: "cur" };
    const { id } = await connect(database.current, "acme", { kind: "mail", name: "Mail", settings });
    const good = message("Statements@Bank.Example", [
      ["monday.xml", statement("2026-06-01", "0.00", "1.00", iban)],
      ["notice.pdf", "%PDF"],
      ["tuesday.xml", statement("2026-06-02", "1.00", "2.00", iban)],
    ]);
    await writeFile(join(place, "1.good"), good);
    await writeFile(
      join(place, "2.forged"),
      message("someone@bank.example.evil.example", [["monday.xml", statement("2026-06-03", "2.00", "3.00", iban)]]),
    );
    await writeFile(join(place, "3.empty"), message("statements@bank.example", []));
    expect((await sync(surroundings, "acme", id)).result).toMatchObject({ listed: 3, imported: 1, refused: 2 });
    const files = await filesOf(database.current, "acme", id);
    expect(files.map(({ name, syncStatus, atBank, deliveries }) => [name, syncStatus, atBank, deliveries.length])).toEqual([
      ["1.good", "imported", "moved", 2],
      ["2.forged", "error", "there", 0],
      ["3.empty", "error", "there", 0],
    ]);
    expect(files[1]?.problem?.message).toContain("someone@bank.example.evil.example");
    // Marked as read it has another name and is still the same message.
    expect((await sync(surroundings, "acme", id)).result).toMatchObject({ listed: 3, imported: 0, refused: 0 });
    expect(await filesOf(database.current, "acme", id)).toHaveLength(3);
    await as((tx) => removeConnection(tx, id));
  });
});

describe("late deliveries", () => {
  test("raise one alert, which can be acknowledged, and ends by itself when the file arrives", async () => {
    const place = await folder("acme", "late");
    const settings = { path: "late", settleSeconds: 0 } as const;
    const { id } = await connect(database.current, "acme", { kind: "folder", name: "Late", settings, expectedBy: "07:30" });
    await database.current.admin.query("update cash_management.cm_bank_connections set created_at = '2026-03-02T00:00:00Z' where id = $1", [
      id,
    ]);
    const about = async (state?: "open" | "resolved") =>
      (await as((tx) => listAlerts(tx, state === undefined ? {} : { state }))).filter(({ subject }) => subject.endsWith(id));
    expect(await as((tx) => settleArrival(tx, id, new Date("2026-03-03T07:00:00Z")))).toBe(false);
    const late = new Date("2026-03-03T08:00:00Z");
    expect(await as((tx) => settleArrival(tx, id, late))).toBe(true);
    expect(await as((tx) => settleArrival(tx, id, late))).toBe(true);
    const [alert, ...more] = await about("open");
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ kind: "statement_late", severity: "warning", detail: { missingSince: "2026-03-02" } });
    expect(await as((tx) => getConnection(tx, id))).toMatchObject({ missingSince: "2026-03-02" });
    expect(await as((tx) => acknowledgeAlert(tx, alert?.id ?? ""))).toMatchObject({ acknowledgedBy: "test", resolvedAt: null });

    await writeFile(join(place, "monday.xml"), statement("2026-03-02", "0.00", "1.00", "DE44500105175407324931"));
    await sync(surroundings, "acme", id);
    expect(await as((tx) => settleArrival(tx, id, late))).toBe(false);
    expect((await about())[0]?.resolvedAt).not.toBeNull();
    await as((tx) => removeConnection(tx, id));
  });
});

describe("four eyes", () => {
  test("a connection, its key and its end wait for another person, and come to be with the last approval, credentials and all", async () => {
    const approver = await as(async (tx) => {
      const { id } = await createPerson(tx, { email: "signer@ruled.example", name: "Signer", role: "approver" });
      await addPolicy(tx, { kind: "bank_connection" });
      return id;
    }, "ruled");
    const wanted = {
      kind: "sftp",
      bank: { name: "Ruled Bank" },
      name: "Held",
      settings: { host: "sftp.example", username: "ruled" },
      credentials: { password: "only the approved one" },
    } as const;
    const add = () => as((tx) => addConnection(tx, wanted), "ruled");
    const first = await add();
    if (!("waiting" in first)) throw new Error("it did not wait");
    expect(JSON.stringify(first.waiting)).not.toContain("only the approved one");
    expect(await as(listConnections, "ruled")).toEqual([]);
    expect(await add()).toMatchObject({ waiting: { id: first.waiting.id } });
    const approve = (id: string) =>
      decideAndCarryOut(database.current.app, { tenantId: "ruled", actor: `person:${approver}` }, executors, id, "approved");
    expect(await approve(first.waiting.id)).toMatchObject({ state: "executed" });
    const [made] = await as(listConnections, "ruled");
    expect(await as((tx) => connectionInUse(tx, made?.id ?? ""), "ruled")).toMatchObject({
      name: "Held",
      credentials: { password: "only the approved one" },
    });
    const changed = await as(
      (tx) => changeConnection(tx, made?.id ?? "", { settings: { host: "elsewhere.example", username: "ruled" } }),
      "ruled",
    );
    expect(changed).toHaveProperty("waiting");
    expect((await as(listConnections, "ruled"))[0]?.settings.host).toBe("sftp.example");
    // How it fares needs nobody.
    await tenantTransaction(database.current.app, treasurer("ruled"), (tx) =>
      tx.query("update cash_management.cm_bank_connections set connection_status = 'connected', failures = 1 where tenant_id = $1", [
        "ruled",
      ]),
    );
    const removed = await as((tx) => removeConnection(tx, made?.id ?? ""), "ruled");
    if (!("waiting" in removed)) throw new Error("it did not wait");
    expect(await approve(removed.waiting.id)).toMatchObject({ state: "executed" });
    expect(await as(listConnections, "ruled")).toEqual([]);
  });
});
