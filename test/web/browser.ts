import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

export const pages = fileURLToPath(new URL("../../dist/web", import.meta.url));
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

export function launch(): Promise<Browser> {
  // Chromium's own sandbox cannot be set up by root; an ordinary user keeps it.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args: [...sandbox, ...quiet] });
}

/** The cookies of a window. */
export type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

export async function signInOnce(browser: Browser, link: () => Promise<string>): Promise<State> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(await link());
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}

export async function newPage(browser: Browser, address: string, state?: State): Promise<Page> {
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
