import { randomBytes } from "node:crypto";
import { readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAlerts } from "../../../src/banks/connections/alerts.ts";
import { changeConnection, getConnection } from "../../../src/banks/connections/connections.ts";
import type { ConnectionSettings } from "../../../src/banks/connections/contract.ts";
import { testConnection } from "../../../src/banks/connections/test-connection.ts";
import { bankSurroundings, connect, filesOf, openTestTenant, sync, treasurer } from "../../helpers/banks.ts";
import { camt053 } from "../../helpers/camt.ts";
import { asTenant, testDatabase } from "../../helpers/postgres.ts";
import { noSshd, type Sshd, startSshd } from "../../helpers/sshd.ts";

const database = testDatabase();
const surroundings = bankSurroundings(database);

describe.skipIf(noSshd !== null)(`over a real OpenSSH server${noSshd === null ? "" : ` (${noSshd})`}`, () => {
  let server: Sshd;
  beforeAll(async () => {
    server = await startSshd();
    await openTestTenant(database.current, "acme");
  });
  afterAll(() => server?.stop());

  const open = async (name: string, more: Partial<ConnectionSettings> = {}, credentials = {}) => {
    const settings = { host: "127.0.0.1", port: server.port, username: server.username, settleSeconds: 0, ...more };
    const { id } = await connect(database.current, "acme", {
      kind: "sftp",
      name,
      settings,
      credentials: { privateKey: server.privateKey, ...credentials },
    });
    return id;
  };
  const tryOut = async (id: string, confirm?: string) => {
    const tested = await testConnection(database.current.app, treasurer("acme"), id, surroundings, confirm);
    if (!("done" in tested)) throw new Error("it waits for an approval");
    return tested.done;
  };
  const connection = (id: string) => asTenant(database.current, "acme", (tx) => getConnection(tx, id));
  const files = (id: string) => filesOf(database.current, "acme", id);
  const run = (id: string) => sync(surroundings, "acme", id);
  const statement = (day: string, opening: string, closing: string) => camt053({ day, opening, closing, entries: [{ amount: "1.00" }] });

  test("nobody signs in before the server's key is confirmed; then files come, are imported and deleted at the bank", async () => {
    const id = await open("Confirmed", { after: "delete" });
    await writeFile(join(server.folder, "monday.xml"), statement("2026-03-02", "0.00", "1.00"));
    expect(await run(id)).toMatchObject({ state: "failed", problem: { code: "host_key_unconfirmed" } });
    expect(await tryOut(id)).toMatchObject({ outcome: "confirm_host_key", hostKey: server.hostKey, files: null });
    expect((await connection(id)).hostKey).toBeNull();
    await expect(tryOut(id, `SHA256:${"A".repeat(43)}`)).rejects.toMatchObject({ code: "conflict" });
    expect(await tryOut(id, server.hostKey)).toMatchObject({ outcome: "connected", files: 1 });
    expect(await connection(id)).toMatchObject({ hostKey: server.hostKey, status: "connected" });

    expect(await run(id)).toMatchObject({ state: "done", result: { imported: 1 } });
    expect(await files(id)).toMatchObject([{ name: "monday.xml", syncStatus: "imported", atBank: "deleted" }]);
    expect(await readdir(server.folder)).toEqual([]);
  });

  test("a server killed in mid-transfer: what came is kept, and the next sync goes on behind it", async () => {
    const id = await open("Killed", { after: "move", moveTo: "done" });
    await tryOut(id, server.hostKey);
    // As banks send them: the statement, and a large picture of it.
    const big = zipSync(
      { "camt.xml": Buffer.from(statement("2026-03-03", "1.00", "2.00")), "notice.pdf": randomBytes(16 << 20) },
      { level: 0 },
    );
    await writeFile(join(server.folder, "big.zip"), big);
    const cut = run(id);
    let stored = 0;
    for (let look = 0; look < 2_000 && stored < 3 << 20; look += 1) {
      await delay(5);
      stored = (await files(id))[0]?.storedBytes ?? 0;
    }
    await server.kill();
    expect(await cut).toMatchObject({ state: "failed", problem: { code: "bank_unreachable" } });
    const [half] = await files(id);
    expect(half).toMatchObject({ syncStatus: "pending", outcome: null, atBank: "there", deliveries: [] });
    expect(half?.storedBytes).toBeGreaterThanOrEqual(3 << 20);
    expect(half?.storedBytes).toBeLessThan(big.length);
    expect(await connection(id)).toMatchObject({ status: "degraded", failures: 1, nextAttempt: 2 });
    expect(await readdir(server.folder)).toContain("big.zip");

    expect(await run(id)).toMatchObject({ state: "failed", problem: { code: "bank_unreachable" } });
    await server.start();
    const before = await pieces(id);
    expect(await run(id)).toMatchObject({ state: "done", result: { imported: 1 } });
    const [whole] = await files(id);
    expect(whole).toMatchObject({ syncStatus: "imported", atBank: "moved", bytes: big.length, storedBytes: big.length });
    expect(before).toBe((half?.storedBytes ?? 0) / (1 << 20));
    expect(await readdir(server.folder)).toEqual(["done"]);
    expect(await connection(id)).toMatchObject({ status: "connected", failures: 0 });
    await rm(join(server.folder, "done"), { recursive: true });
  });

  const pieces = async (id: string) => {
    const { rows } = await asTenant(database.current, "acme", (tx) =>
      tx.query<{ count: number }>(
        `select count(*)::int as count from cash_management.cm_bank_file_pieces as piece
         join cash_management.cm_bank_files as file on file.tenant_id = $1 and file.id = piece.file_id
         where piece.tenant_id = $1 and file.connection_id = $2`,
        ["acme", id],
      ),
    );
    return rows[0]?.count;
  };

  test("a file written anew while it was on its way is not taken as a mixture of two: the new version is", async () => {
    const id = await open("Rewritten");
    await tryOut(id, server.hostKey);
    const path = join(server.folder, "twice.xml");
    await writeFile(path, " ".repeat(8 << 20));
    const first = run(id);
    for (let look = 0; look < 2_000 && ((await files(id))[0]?.storedBytes ?? 0) === 0; look += 1) await delay(2);
    await writeFile(path, statement("2026-03-04", "2.00", "3.00"));
    await utimes(path, new Date(), new Date(Date.now() + 60_000));
    await first;
    await run(id);
    expect((await files(id)).map(({ syncStatus, storedBytes, bytes }) => [syncStatus, storedBytes === bytes])).toEqual([
      ["replaced", false],
      ["imported", true],
    ]);
    await rm(path);
  });

  test("a key with a passphrase opens; a wrong passphrase, a wrong key and a wrong user do not, and are not tried again by themselves", async () => {
    const right = await open("Passphrase", {}, { privateKey: server.protectedKey, passphrase: "open sesame" });
    expect(await tryOut(right, server.hostKey)).toMatchObject({ outcome: "connected" });
    for (const [name, more, credentials] of [
      ["Wrong passphrase", {}, { privateKey: server.protectedKey, passphrase: "open barley" }],
      ["Wrong user", { username: "nobody-of-that-name" }, {}],
      ["Wrong key", {}, { privateKey: (await import("ssh2")).default.utils.generateKeyPairSync("ed25519").private }],
      ["Password", {}, { privateKey: undefined, password: "guessed" }],
    ] as const) {
      const given = Object.fromEntries(
        Object.entries({ privateKey: server.privateKey, ...credentials }).filter(([, value]) => value !== undefined),
      );
      const settings = { host: "127.0.0.1", port: server.port, username: server.username, settleSeconds: 0, ...more };
      const { id } = await connect(database.current, "acme", { kind: "sftp", name, settings, schedule: "every 15m", credentials: given });
      const tested = await tryOut(id, server.hostKey);
      expect(tested, name).toMatchObject({ outcome: "failed", problem: { code: "bank_refused" } });
      expect(JSON.stringify(tested)).not.toContain("guessed");
      expect(await run(id)).toMatchObject({ state: "failed", problem: { code: "bank_refused" } });
      expect(await connection(id), name).toMatchObject({ status: "failed", nextSyncAt: null });
    }
  });

  test("a server with another key than was confirmed gets nothing: an alert, until the new key is confirmed", async () => {
    const id = await open("Changed");
    await tryOut(id, server.hostKey);
    const old = server.hostKey;
    await server.kill();
    await server.start({ newHostKey: true });
    expect(server.hostKey).not.toBe(old);
    expect(await run(id)).toMatchObject({ state: "failed", problem: { code: "host_key_changed" } });
    const about = async () =>
      (await asTenant(database.current, "acme", (tx) => listAlerts(tx, { state: "open" }))).filter(({ subject }) => subject.endsWith(id));
    expect(await about()).toMatchObject([{ kind: "connection", severity: "critical", detail: { code: "host_key_changed" } }]);
    await expect(tryOut(id, server.hostKey)).rejects.toMatchObject({ code: "conflict" });
    expect(await tryOut(id)).toMatchObject({ outcome: "failed", problem: { code: "host_key_changed" } });
    await asTenant(database.current, "acme", (tx) => changeConnection(tx, id, { hostKey: null }));
    expect(await tryOut(id)).toMatchObject({ outcome: "confirm_host_key", hostKey: server.hostKey });
    expect(await tryOut(id, server.hostKey)).toMatchObject({ outcome: "connected" });
    expect(await about()).toEqual([]);
    expect(await run(id)).toMatchObject({ state: "done" });
  });

  test("a server on this machine is not spoken to unless the installation lets it", async () => {
    const id = await open("Local");
    const strict = { ...surroundings, allowLocal: false };
    expect(await sync(strict, "acme", id)).toMatchObject({ state: "failed", problem: { code: "bank_unreachable" } });
  });

  test("nothing was a defect", () => {
    expect(surroundings.troubles).toEqual([]);
  });
});
