import { mkdir, readdir, readFile, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { listAlerts } from "../../../src/banks/connections/alerts.ts";
import { getConnection } from "../../../src/banks/connections/connections.ts";
import { dismissFile, retryFile } from "../../../src/banks/connections/files.ts";
import { deliveryBytes } from "../../../src/statements/deliveries.ts";
import { bankSurroundings, connect, filesOf, openTestTenant, sync } from "../../helpers/banks.ts";
import { camt053 } from "../../helpers/camt.ts";
import { asTenant, testDatabase } from "../../helpers/postgres.ts";

const database = testDatabase();
const surroundings = bankSurroundings(database);
let inbox = "";
let connectionId = "";

beforeAll(async () => {
  await openTestTenant(database.current, "acme");
  await openTestTenant(database.current, "globex");
  inbox = join(surroundings.bankFolder, "acme", "in");
  await mkdir(inbox, { recursive: true });
  const settings = { path: "in", after: "move", moveTo: "done", settleSeconds: 0 } as const;
  connectionId = (await connect(database.current, "acme", { kind: "folder", name: "Inbox", settings })).id;
});

const statement = (day: string, opening: string, closing: string, account = "DE02120300000000202051") =>
  camt053({ account, day, opening, closing, entries: [{ amount: "1.00" }] });
const files = () => filesOf(database.current, "acme", connectionId);
const run = () => sync(surroundings, "acme", connectionId);

test("a file in the folder is stored byte for byte, imported, and then moved", async () => {
  const text = statement("2026-03-02", "0.00", "1.00");
  await writeFile(join(inbox, "monday.xml"), text);
  const job = await run();
  expect(job).toMatchObject({ state: "done", result: { listed: 1, imported: 1, refused: 0, failed: 0 } });
  const [file] = await files();
  expect(file).toMatchObject({
    name: "monday.xml",
    syncStatus: "imported",
    outcome: "imported",
    atBank: "moved",
    movedTo: "in/done/monday.xml",
  });
  expect(await readdir(inbox)).toEqual(["done"]);
  const kept = await asTenant(database.current, "acme", async (tx) => {
    const pieces: Buffer[] = [];
    for await (const piece of deliveryBytes(tx, file?.deliveries[0] ?? "")) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  });
  expect(kept).toBe(text);
  expect(await readFile(join(inbox, "done", "monday.xml"), "utf8")).toBe(text);
  const connection = await asTenant(database.current, "acme", (tx) => getConnection(tx, connectionId));
  expect(connection).toMatchObject({ status: "connected", coveredThrough: "2026-03-02", failures: 0 });
});

test("the same file brought again is known, and its second copy does not overwrite the first", async () => {
  await writeFile(join(inbox, "monday.xml"), statement("2026-03-02", "0.00", "1.00"));
  expect((await run()).result).toMatchObject({ imported: 0, duplicates: 1 });
  expect((await readdir(join(inbox, "done"))).sort()).toEqual(["monday-1.xml", "monday.xml"]);
  expect((await run()).result).toMatchObject({ listed: 0, imported: 0, duplicates: 0 });
});

test("names of files that are being written, links and folders are left alone", async () => {
  await writeFile(join(inbox, "tuesday.xml.part"), "half");
  await writeFile(join(inbox, ".hidden.xml"), "half");
  await symlink(join(inbox, "done", "monday.xml"), join(inbox, "link.xml"));
  expect((await run()).result).toMatchObject({ listed: 0 });
});

test("a bad file waits for a person with the import's problem, stays at the bank, raises an alert, and is not tried again by itself", async () => {
  await writeFile(join(inbox, "bad.xml"), "<Document>nothing</Document>");
  expect((await run()).result).toMatchObject({ refused: 1 });
  const bad = (await files()).at(-1);
  expect(bad).toMatchObject({ name: "bad.xml", syncStatus: "error", outcome: "refused", atBank: "there", nextAttemptAt: null });
  expect(bad?.problem?.message).toMatch(/camt|statement|format/i);
  expect(await readdir(inbox)).toContain("bad.xml");
  expect((await run()).result).toMatchObject({ listed: 1, refused: 0 });
  expect((await files()).at(-1)?.attempts).toBe(1);
  const open = () => asTenant(database.current, "acme", (tx) => listAlerts(tx, { state: "open" }));
  expect(await open()).toMatchObject([{ kind: "statement_break", severity: "critical", acknowledgedAt: null }]);

  await asTenant(database.current, "acme", (tx) => retryFile(tx, bad?.id ?? ""));
  expect((await run()).result).toMatchObject({ refused: 1 });
  expect(await open()).toHaveLength(1);
  const dismissed = await asTenant(database.current, "acme", (tx) => dismissFile(tx, bad?.id ?? ""));
  expect(dismissed).toMatchObject({ syncStatus: "dismissed", endedBy: "test", atBank: "left" });
  expect(await open()).toEqual([]);
  expect((await run()).result).toMatchObject({ refused: 0 });
  await expect(asTenant(database.current, "acme", (tx) => retryFile(tx, bad?.id ?? ""))).rejects.toMatchObject({ code: "conflict" });
});

test("a file that still grows is not taken; once it stands still, it is", async () => {
  const settings = { path: "slow", settleSeconds: 1 } as const;
  await mkdir(join(surroundings.bankFolder, "acme", "slow"));
  const { id } = await connect(database.current, "acme", { kind: "folder", name: "Slow", settings });
  const path = join(surroundings.bankFolder, "acme", "slow", "grows.xml");
  const text = statement("2026-03-03", "1.00", "2.00");
  await writeFile(path, text.slice(0, 200));
  const first = sync(surroundings, "acme", id);
  setTimeout(() => void writeFile(path, text), 500);
  // The version of the first look is gone at the second, and the new one has stood for too short a time.
  await first;
  const last = await sync(surroundings, "acme", id);
  expect(last.state).toBe("done");
  const all = await filesOf(database.current, "acme", id);
  expect(all.map(({ bytes, syncStatus, outcome }) => ({ bytes, syncStatus, outcome }))).toEqual([
    { bytes: Buffer.byteLength(text), syncStatus: "imported", outcome: "imported" },
  ]);
});

test("a file that is gone before it was fetched is told, and taken after all when it is back as it was", async () => {
  const settings = { path: "fleeting", settleSeconds: 0 } as const;
  const folder = join(surroundings.bankFolder, "acme", "fleeting");
  await mkdir(folder);
  const { id } = await connect(database.current, "acme", { kind: "folder", name: "Fleeting", settings });
  const text = statement("2026-03-04", "2.00", "3.00");
  const when = new Date("2026-03-05T06:00:00Z");
  await writeFile(join(folder, "a.xml"), text);
  await utimes(join(folder, "a.xml"), when, when);
  const hidden = { ...surroundings, fileLimitBytes: 10 };
  await sync(hidden, "acme", id);
  expect(await filesOf(database.current, "acme", id)).toMatchObject([{ syncStatus: "error", problem: { code: "payload_too_large" } }]);
  await asTenant(database.current, "acme", async (tx) => retryFile(tx, (await filesOf(database.current, "acme", id))[0]?.id ?? ""));
  expect((await sync(surroundings, "acme", id)).result).toMatchObject({ imported: 1 });
  expect(await filesOf(database.current, "acme", id)).toMatchObject([{ syncStatus: "imported", atBank: "left", problem: null }]);
});

test.each(["../globex", "/../globex", "in/../../globex", "way-out"])(
  "invariant 1: the folder %s, which leads to another tenant's files, is refused",
  async (path) => {
    const secret = join(surroundings.bankFolder, "globex");
    await mkdir(secret, { recursive: true });
    await writeFile(join(secret, "secret.xml"), statement("2026-03-02", "0.00", "1.00"));
    await symlink(secret, join(surroundings.bankFolder, "acme", "way-out")).catch(() => undefined);
    const { id } = await connect(database.current, "acme", { kind: "folder", name: `Out ${path}`, settings: { path, settleSeconds: 0 } });
    expect(await sync(surroundings, "acme", id)).toMatchObject({ state: "failed", problem: { code: "bank_folder_unusable" } });
    expect(await filesOf(database.current, "acme", id)).toEqual([]);
  },
);

test("nothing was a defect", () => {
  expect(surroundings.troubles).toEqual([]);
});
