import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createPerson } from "../../src/access/people.ts";
import { createSignInLink } from "../../src/access/sign-in-links.ts";
import { type RunningServer, startServer } from "../../src/server.ts";
import { importFile } from "../../src/statements/import.ts";
import { createTenant } from "../../src/tenants/tenants.ts";
import { fileOf } from "../helpers/camt.ts";
import { asTenant, createDatabase, type TestDatabase } from "../helpers/postgres.ts";

export const person = { email: "treasurer@acme.example", name: "Ada Acme", role: "treasurer", password: "correct horse battery" } as const;

export type TenantName = "acme" | "globex";

/** The built pages, served by the real server over a database of this file, in a real browser. */
export interface Desk {
  readonly database: TestDatabase;
  readonly address: string;
  /** A signed-in window of its own. What it must not do fails the test: see `watch`. */
  open(path?: string): Promise<Page>;
  /** A window of somebody who is not signed in. */
  openAsStranger(path: string): Promise<Page>;
  /** The same person is in both tenants. */
  signInLink(tenant?: TenantName): Promise<string>;
  /** As a file that arrived by another way than the page. */
  import(name: string, text: string, tenant?: TenantName): Promise<void>;
  /** The database's own clock, for the time machine. */
  now(): Promise<string>;
}

const pages = fileURLToPath(new URL("../../dist/web", import.meta.url));
const executablePath = process.env["APG_CHROMIUM"] ?? "/usr/bin/chromium";
const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Why the browser tests cannot run here; null when they can. */
export const obstacle = existsSync(executablePath)
  ? existsSync(pages)
    ? null
    : "the pages are not built: npm run build"
  : "no Chromium: apt-get install chromium, or name one in APG_CHROMIUM";

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
  const server = await serve(database);
  // Chromium's own sandbox cannot be set up by root; an ordinary user keeps it.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args: [...sandbox, ...quiet] });
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
    address: server.address,
    signInLink,
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
    },
  };
}

async function tenantWithPerson(database: TestDatabase, id: TenantName, name: string): Promise<string> {
  await createTenant(database.admin, { id, name }, "test");
  return (await asTenant(database, id, (tx) => createPerson(tx, person))).id;
}

function serve(database: TestDatabase): Promise<RunningServer> {
  const limits = { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 100_000 };
  return startServer({ app: database.app, host: "127.0.0.1", port: 0, log: { level: "silent" }, pages, limits });
}

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

async function signInOnce(browser: Browser, link: () => Promise<string>): Promise<State> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await link());
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

async function newPage(browser: Browser, address: string, state?: State): Promise<Page> {
  const viewport = { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport, acceptDownloads: true, ...(state === undefined ? {} : { storageState: state }) });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  watch(context, page, address);
  return page;
}

/** Any request to another host, script error or breach of the content security policy fails the test that caused it. */
function watch(context: BrowserContext, page: Page, address: string): void {
  const faults: string[] = [];
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob):/.test(url)) faults.push(`request to ${url}`);
  });
  page.on("pageerror", (error) => faults.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Warning: /.test(message.text())) faults.push(message.text());
  });
  onTestFinished(() => {
    if (faults.length > 0) throw new Error(faults.join("\n"));
  });
}

/** Drops files on the middle of the page, as a person does. */
export async function dropFiles(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate((contents) => {
    const transfer = new DataTransfer();
    for (const [name, text] of Object.entries(contents)) transfer.items.add(new File([text], name));
    for (const type of ["dragover", "drop"])
      window.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, files);
}
