import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { createPerson } from "../../src/access/people.ts";
import { createSignInLink } from "../../src/access/sign-in-links.ts";
import type { SyncSurroundings } from "../../src/banks/connections/sync.ts";
import { type RunningServer, startServer } from "../../src/server.ts";
import { importFile } from "../../src/statements/import.ts";
import { createTenant } from "../../src/tenants/tenants.ts";
import { fileOf } from "../helpers/camt.ts";
import { asTenant, createDatabase, type TestDatabase } from "../helpers/postgres.ts";
import { launch, newPage, pages, type State, signInOnce } from "./browser.ts";

export const person = { email: "treasurer@acme.example", name: "Ada Acme", role: "treasurer", password: "correct horse battery" } as const;

export type TenantName = "acme" | "globex";

/** The built pages, served by the real server over a database of this file, in a real browser. */
export interface Desk {
  readonly database: TestDatabase;
  readonly address: string;
  /** What bank connections are tested and synced with. */
  readonly banks: SyncSurroundings;
  /** A signed-in window of its own. What it must not do fails the test: see `watch`. */
  open(path?: string): Promise<Page>;
  /** A window of somebody who is not signed in. */
  openAsStranger(path: string): Promise<Page>;
  /** The same person is in both tenants. */
  signInLink(tenant?: TenantName): Promise<string>;
  /** For somebody of acme who looks and changes nothing. */
  auditorLink(): Promise<string>;
  /** As a file that arrived by another way than the page. */
  import(name: string, text: string, tenant?: TenantName): Promise<void>;
  /** The database's own clock, for the time machine. */
  now(): Promise<string>;
}

export function testDesk(): { readonly current: Desk } {
  let desk: (Desk & { close(): Promise<void> }) | undefined;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(async () => {
    await desk?.close();
  });
  return {
    get current() {
      if (desk === undefined) throw new Error("the desk is there inside tests and hooks only");
      return desk;
    },
  };
}

async function openDesk(): Promise<Desk & { close(): Promise<void> }> {
  const database = await createDatabase();
  const people = {
    acme: await tenantWithPerson(database, "acme", "Acme Group"),
    globex: await tenantWithPerson(database, "globex", "Globex"),
  };
  const bankFolder = await mkdtemp(join(tmpdir(), "apg-desk-banks-"));
  const banks: SyncSurroundings = {
    pool: database.app,
    bankFolder,
    allowLocal: true,
    uploadFolder: join(bankFolder, "uploads"),
    fileLimitBytes: 1 << 20,
    onTrouble: () => {},
  };
  const server = await serve(database, banks);
  const browser = await launch();
  const signInLink = async (tenant: TenantName = "acme") => {
    const { token } = await asTenant(database, tenant, (tx) => createSignInLink(tx, people[tenant]));
    return `${server.address}/sign-in?token=${token}`;
  };
  // One session for all windows: the server lets an address sign in only so often a minute.
  let signedIn: Promise<State> | undefined;
  const session = () => {
    signedIn ??= signInOnce(browser, signInLink);
    return signedIn;
  };
  return {
    database,
    banks,
    address: server.address,
    signInLink,
    auditorLink: async () => {
      // Each link is somebody's of his own: an address is used once.
      const auditor = { email: `auditor-${randomUUID()}@acme.example`, name: "Otto Auditor", role: "auditor" } as const;
      const { token } = await asTenant(database, "acme", async (tx) => createSignInLink(tx, (await createPerson(tx, auditor)).id));
      return `${server.address}/sign-in?token=${token}`;
    },
    open: async (path = "/") => {
      const page = await newPage(browser, server.address, await session());
      await page.goto(server.address + path);
      // Files dropped before the page has set up its ears would be lost, as they would be on any page still loading.
      await page.getByRole("navigation", { name: "Pages" }).waitFor();
      return page;
    },
    openAsStranger: async (path) => {
      const page = await newPage(browser, server.address);
      await page.goto(server.address + path);
      return page;
    },
    import: async (name, text, tenant = "acme") => {
      const { outcome, problems } = await importFile(database.app, { tenantId: tenant, actor: "test" }, fileOf(name, text));
      if (outcome === "refused") throw new Error(`${name} was refused: ${problems[0]?.message}`);
    },
    now: async () => {
      const { rows } = await database.admin.query<{ now: string }>(
        `select to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now`,
      );
      return rows[0]?.now ?? "";
    },
    close: async () => {
      await browser.close();
      await server.close();
      await database.drop();
      await rm(bankFolder, { recursive: true, force: true });
    },
  };
}

async function tenantWithPerson(database: TestDatabase, id: TenantName, name: string): Promise<string> {
  await createTenant(database.admin, { id, name }, "test");
  return (await asTenant(database, id, (tx) => createPerson(tx, person))).id;
}

function serve(database: TestDatabase, banks: SyncSurroundings): Promise<RunningServer> {
  const limits = { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 100_000 };
  return startServer({
    app: database.app,
    gate: database.gate,
    host: "127.0.0.1",
    port: 0,
    log: { level: "silent" },
    pages,
    limits,
    banks,
  });
}
