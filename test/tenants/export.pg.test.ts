import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tenantKeys } from "../../src/keys/key-ring.ts";
import { places } from "../../src/keys/places.ts";
import { importFile } from "../../src/statements/import.ts";
import { type ExportOutcome, exportTenant } from "../../src/tenants/archive/export.ts";
import { readableColumns } from "../../src/tenants/archive/readable.ts";
import { createArchive } from "../../src/tenants/archive/sink.ts";
import { verifyArchive } from "../../src/tenants/archive/verify.ts";
import { suspendTenant } from "../../src/tenants/status.ts";
import { testApi, testPasswordOfPeople } from "../helpers/api.ts";
import { camt053, fileOf } from "../helpers/camt.ts";
import { rowCounts } from "../helpers/contents.ts";
import { asTenant } from "../helpers/postgres.ts";

const api = testApi();
let folder = "";
const sent = camt053({
  day: "2026-03-02",
  opening: "100.00",
  closing: "130.00",
  entries: [{ amount: "40.00", text: 'says "so", twice' }, { amount: "-10.00" }],
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apg-test-export-"));
  const { database } = api.current;
  await importFile(database.app, { tenantId: "acme", actor: "test" }, fileOf("../März bank.xml", sent));
  await importFile(database.app, { tenantId: "globex", actor: "test" }, fileOf("globex.xml", sent.replaceAll("payment", "GLOBEX-ONLY")));
  await asTenant(database, "acme", (tx) =>
    tx.query("insert into cash_management.cm_counterparties (tenant_id, name) values ('acme', ''' or 1=1; \"ä€😀\"\nsecond, line')"),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function exported(path: string, tenantId = "acme"): Promise<ExportOutcome> {
  const { app, admin } = api.current.database;
  const archive = await createArchive(path);
  const outcome = await exportTenant({ read: app, write: admin }, { tenantId, actor: "test" }, archive, { readable: readableColumns });
  await archive.finish();
  return outcome;
}

describe("an archive of a tenant", () => {
  test("has every row of every table, the received files byte for byte, and verifies", async () => {
    const before = await rowCounts(api.current.database.admin, "acme");
    const path = join(folder, "whole");
    const { manifest } = await exported(path);
    const stated = Object.fromEntries(manifest.tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows]));
    const { "cash_management.cm_delivery_chunks": chunks, ...tables } = before;
    expect(chunks).toBe(1);
    // The export itself left its own row, and the trail of that, before the snapshot.
    expect(stated).toEqual({
      ...tables,
      "cash_management.cm_tenant_exports": 1,
      "audit.audit_log": (tables["audit.audit_log"] ?? 0) + 1,
    });
    const [file] = manifest.received;
    expect(file?.path).toMatch(/^received\/[0-9a-f-]{36}\/[\w.-]+$/);
    expect(await readFile(join(path, file?.path ?? ""), "utf8")).toBe(sent);
    expect(await verifyArchive(path)).toMatchObject({ findings: [], rows: expect.any(Number) });
  });

  test("has nothing of another tenant, and no secret", async () => {
    const texts = await Promise.all(
      (await readdir(join(folder, "whole"), { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")),
    );
    const all = texts.join("\n");
    expect(all).toContain("acme");
    expect(all.toLowerCase()).not.toContain("globex");
    expect(all).not.toMatch(/\$argon2id\$/);
    expect(texts.map((text) => text.split("\n", 1)[0]).filter((titles) => titles?.startsWith("tenant_id,"))).not.toContainEqual(
      expect.stringMatching(/password_hash|key_hash|token_hash|credentials|client_secret|wrapped/),
    );
    const { rows } = await api.current.database.admin.query<{ hash: string }>(
      "select encode(key_hash, 'hex') as hash from cash_management.cm_api_keys where tenant_id = 'acme'",
    );
    for (const { hash } of rows) expect(all).not.toContain(hash);
  });

  test("tells account numbers and names of files, which the database keeps encrypted, as they are", async () => {
    const csv = (table: string) => readFile(join(folder, `whole/tables/cash_management.${table}.csv`), "utf8");
    expect(await csv("cm_cash_accounts")).toContain("DE02120300000000202051");
    expect(await csv("cm_account_identifiers")).toContain("DE02120300000000202051");
    expect(await csv("cm_deliveries")).toContain("März bank.xml");
  });

  test("adds up: sums per currency are those of the rows", async () => {
    const manifest = JSON.parse(await readFile(join(folder, "whole/manifest.json"), "utf8")) as ExportOutcome["manifest"];
    const flows = manifest.tables.find(({ table }) => table === "cash_management.cm_cash_flows");
    expect(flows?.sums).toEqual([{ column: "amount_minor", currencyColumn: "currency", minorByCurrency: { EUR: "3000" } }]);
  });

  test("loads back into a table as it was, odd texts and all", async () => {
    const csv = await readFile(join(folder, "whole/tables/cash_management.cm_counterparties.csv"), "utf8");
    expect(csv).toContain(`"' or 1=1; ""ä€😀""\nsecond, line"`);
  });

  test("as one file holds the same, and the system's tar lists it", async () => {
    const path = join(folder, "acme.tar.gz");
    const { manifest } = await exported(path);
    const names = execFileSync("tar", ["-tzf", path], { encoding: "utf8" }).trimEnd().split("\n");
    expect(names.at(-1)).toBe("manifest.json");
    expect(names).toEqual([
      "README.txt",
      ...manifest.tables.map((table) => table.path),
      ...manifest.received.map((file) => file.path),
      "manifest.json",
    ]);
    expect((await verifyArchive(path)).findings).toEqual([]);
  });

  test("is of one moment: what is written while it runs is not in it", async () => {
    const { app, admin } = api.current.database;
    const archive = await createArchive(join(folder, "moment"));
    let written = false;
    const progress = async () => {
      if (written) return;
      written = true;
      await admin.query("insert into cash_management.cm_banks (tenant_id, name) values ('acme', 'Too Late')");
    };
    const started: Promise<void>[] = [];
    await exportTenant({ read: app, write: admin }, { tenantId: "acme", actor: "test" }, archive, {
      readable: readableColumns,
      progress: () => started.push(progress()) as never,
    });
    await Promise.all(started);
    await archive.finish();
    expect(await readFile(join(folder, "moment/tables/cash_management.cm_banks.csv"), "utf8")).not.toContain("Too Late");
  });

  test("leaves who took it out in the audit trail, and how it is recognised", async () => {
    const { manifestSha256 } = await exported(join(folder, "noted"));
    const text = await readFile(join(folder, "noted/manifest.json"));
    expect(createHash("sha256").update(text).digest("hex")).toBe(manifestSha256);
    const { rows } = await api.current.database.admin.query(
      `select actor, operation, new_values ->> 'manifest_sha256' as hash from audit.audit_log
       where tenant_id = 'acme' and table_name = 'cm_tenant_exports' order by id desc limit 2`,
    );
    expect(rows).toEqual([
      { actor: "test", operation: "UPDATE", hash: `\\x${manifestSha256}` },
      { actor: "test", operation: "INSERT", hash: null },
    ]);
  });

  test("can still be made of a suspended tenant", async () => {
    const context = { tenantId: "globex", actor: "test" };
    await suspendTenant(api.current.database.admin, context, { confirm: "Globex", reason: "gone" });
    await exported(join(folder, "globex"), "globex");
    expect((await verifyArchive(join(folder, "globex"))).manifest.tenant).toEqual({ id: "globex", name: "Globex" });
  });
});

describe("an export that does not end well", () => {
  test("leaves nothing under its name, and nothing beside it", async () => {
    const { app, admin } = api.current.database;
    for (const name of ["broken", "broken.tar.gz"]) {
      const archive = await createArchive(join(folder, name));
      const failing = {
        ...archive,
        add: (path: string, ...rest: [never]) =>
          path.includes("cm_people") ? Promise.reject(new Error("disk full")) : archive.add(path, ...rest),
      };
      const attempt = exportTenant({ read: app, write: admin }, { tenantId: "acme", actor: "test" }, failing as never, {
        readable: readableColumns,
      });
      await expect(attempt).rejects.toThrow("disk full");
      expect(existsSync(join(folder, name))).toBe(false);
      await archive.abandon();
      expect((await readdir(folder)).filter((entry) => entry.includes("broken"))).toEqual([]);
    }
  });

  test("killed, it leaves a name that is no archive's, and verification says so", async () => {
    const archive = await createArchive(join(folder, "killed"));
    await archive.add("README.txt", async function* () {
      yield Buffer.from("hello");
    });
    const left = (await readdir(folder)).find((entry) => entry.includes("killed")) ?? "";
    expect(left).toMatch(/^\.killed\.[0-9a-f]{12}\.partial$/);
    await expect(verifyArchive(join(folder, left))).rejects.toMatchObject({ code: "archive_broken" });
    await archive.abandon();
  });

  test.each([
    ["of no tenant", "nowhere", "there is no tenant nowhere"],
    ["over what is there", "acme", "is there already"],
  ])("%s is refused", async (_how, tenantId, fact) => {
    await expect(exported(join(folder, tenantId === "acme" ? "whole" : "none"), tenantId)).rejects.toThrow(fact);
  });

  test("a stored file that is no longer what was received is found", async () => {
    const { admin } = api.current.database;
    const change = "update cash_management.cm_delivery_chunks set content_encrypted = $1 where tenant_id = 'acme' returning 1";
    const { rows } = await admin.query<{ content: Buffer; row: string }>(
      "select content_encrypted as content, delivery_id || '/' || ordinal as row from cash_management.cm_delivery_chunks where tenant_id = 'acme'",
    );
    const other = gzipSync(sent.replace("40.00", "41.00"));
    const forged = await asTenant(api.current.database, "acme", async (tx) =>
      (await tenantKeys(tx)).encrypt(places.deliveryBytes, rows[0]?.row as string, other),
    );
    await admin.query(change, [forged]);
    await expect(exported(join(folder, "damaged"))).rejects.toMatchObject({ code: "evidence_damaged" });
    await admin.query(change, [rows[0]?.content]);
    await rm(join(folder, (await readdir(folder)).find((entry) => entry.includes("damaged")) ?? "none"), { recursive: true, force: true });
  });
});

describe("verification finds", () => {
  const tampered = async (name: string, change: (path: string) => Promise<void>) => {
    const path = join(folder, `tampered-${name}`);
    await exported(path);
    await change(path);
    return (await verifyArchive(path)).findings;
  };
  const csv = (path: string, table: string) => join(path, `tables/cash_management.${table}.csv`);
  const edit = (table: string, from: string, to: string) => async (path: string) => {
    const text = await readFile(csv(path, table), "utf8");
    expect(text).toContain(from);
    await writeFile(csv(path, table), text.replace(from, to));
  };

  test("an altered amount, by digest and by sum", async () => {
    expect(await tampered("amount", edit("cm_cash_flows", ",4000,", ",4001,"))).toEqual([
      expect.stringContaining("cm_cash_flows.csv was altered"),
      "tables/cash_management.cm_cash_flows.csv: amount_minor adds up to 3001 EUR in minor units instead of 3000",
    ]);
  });

  test("a removed row, a removed file, a file that does not belong", async () => {
    const drop = async (path: string) => {
      const lines = (await readFile(csv(path, "cm_calendars"), "utf8").catch(() => "")).split("\n");
      expect(lines.length).toBeGreaterThan(0);
      await rm(csv(path, "cm_entities"));
      await writeFile(join(path, "tables/extra.csv"), "a\n1\n");
      const people = (await readFile(csv(path, "cm_people"), "utf8")).trimEnd().split("\n");
      await writeFile(csv(path, "cm_people"), `${people.slice(0, -1).join("\n")}\n`);
    };
    expect(await tampered("rows", drop)).toEqual([
      "tables/cash_management.cm_entities.csv is missing",
      expect.stringMatching(/cm_people\.csv has \d+ bytes instead of/),
      "tables/cash_management.cm_people.csv has 4 rows instead of 5",
      "tables/extra.csv does not stand in the manifest",
    ]);
  });

  test("an archive that was cut off, or is something else", async () => {
    const whole = await readFile(join(folder, "acme.tar.gz"));
    for (const [name, bytes] of [
      ["cut.tar.gz", whole.subarray(0, whole.length - 200)],
      ["other.tar.gz", gzipSync(Buffer.alloc(2048))],
      ["text.tar.gz", Buffer.from("not a tape archive")],
    ] as const) {
      await writeFile(join(folder, name), bytes);
      await expect(verifyArchive(join(folder, name)), name).rejects.toMatchObject({ code: "archive_broken" });
    }
    await expect(verifyArchive(join(folder, "nothing-here"))).rejects.toMatchObject({ code: "archive_broken" });
  });
});

describe("GET /api/v1/tenant/export", () => {
  const cookieOf = async (email: string) => {
    const payload = { email, password: testPasswordOfPeople };
    const signedIn = await api.current.app.inject({ method: "POST", url: "/api/v1/session", payload });
    return String(signedIn.headers["set-cookie"]).split(";")[0] as string;
  };

  test("streams the whole archive to an administrator", async () => {
    const cookie = await cookieOf("administrator@acme.example");
    const answer = await api.current.app.inject({ url: "/api/v1/tenant/export", headers: { cookie } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/gzip");
    await writeFile(join(folder, "http.tar.gz"), answer.rawPayload);
    const { manifest, findings } = await verifyArchive(join(folder, "http.tar.gz"));
    expect(findings).toEqual([]);
    expect(manifest.askedBy).toBe(`person:${api.current.people.administrator}`);
  });

  test("is refused to every other role, to keys and to nobody", async () => {
    for (const role of ["treasurer", "analyst", "approver", "auditor"]) {
      const cookie = await cookieOf(`${role}@acme.example`);
      expect((await api.current.app.inject({ url: "/api/v1/tenant/export", headers: { cookie } })).statusCode, role).toBe(403);
    }
    expect((await api.current.app.inject({ url: "/api/v1/tenant/export", headers: api.current.keys.acme })).statusCode).toBe(403);
    expect((await api.current.app.inject({ url: "/api/v1/tenant/export" })).statusCode).toBe(401);
  });
});
