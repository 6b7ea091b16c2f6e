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

/** The built pages, served by the real server over a database of this file, in a real browser. */
export interface Desk {
  readonly database: TestDatabase;
  readonly address: string;
  /** A window of its own, signed in by a link of its own. What it must not do fails the test: see `watched`. */
  open(path?: string): Promise<Page>;
  /** A window of somebody who is not signed in. */
  openAsStranger(path: string): Promise<Page>;
  signInLink(): Promise<string>;
  /** As a file that arrived by another way than the page. */
  import(name: string, text: string): Promise<void>;
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
  await createTenant(database.admin, { id: "acme", name: "Acme Group" }, "test");
  const { id } = await asTenant(database, "acme", (tx) => createPerson(tx, person));
  const server = await serve(database);
  // Chromium's own sandbox cannot be set up by root; an ordinary user keeps it.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args: [...sandbox, ...quiet] });
  const signInLink = async () => {
    const { token } = await asTenant(database, "acme", (tx) => createSignInLink(tx, id));
    return `${server.address}/sign-in?token=${token}`;
  };
  return {
    database,
    address: server.address,
    signInLink,
    open: async (path = "/") => {
      const page = await newPage(browser, server.address);
      const ready = () => page.getByRole("navigation", { name: "Pages" }).waitFor();
      await page.goto(await signInLink());
      await ready();
      if (path === "/") return page;
      await page.goto(server.address + path);
      // Files dropped before the page has set up its ears would be lost, as they would be on any page still loading.
      await ready();
      return page;
    },
    openAsStranger: async (path) => {
      const page = await newPage(browser, server.address);
      await page.goto(server.address + path);
      return page;
    },
    import: async (name, text) => {
      const { outcome, problems } = await importFile(database.app, { tenantId: "acme", actor: "test" }, fileOf(name, text));
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

function serve(database: TestDatabase): Promise<RunningServer> {
  const limits = { requestsPerMinutePerAddress: 100_000, requestsPerMinutePerTenant: 100_000 };
  return startServer({ app: database.app, host: "127.0.0.1", port: 0, log: { level: "silent" }, pages, limits });
}

async function newPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
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
