import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findConnection } from "../../../src/banks/connections/connections.ts";
import { syncNow } from "../../../src/banks/connections/sync-now.ts";
import { camt053 } from "../../helpers/camt.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { obstacle } from "../browser.ts";
import { testDesk } from "../desk.ts";

const shot = process.env["APG_SHOTS"];

describe.skipIf(obstacle !== null)(`the page Banks in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = testDesk();

  test("a treasurer connects a folder, tests it, sees what came, and deals with a bad file and its alert", async () => {
    const page = await desk.current.open("/banks");
    await page.getByText("No bank is connected").waitFor();
    await page.getByRole("button", { name: "Connect a bank" }).click();
    await page.getByRole("textbox", { name: "Bank", exact: true }).fill("Example Bank");
    await page.getByRole("combobox", { name: "How files come" }).selectOption("folder");
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Statements");
    await page.getByRole("textbox", { name: "Folder" }).fill("in");
    await page.getByRole("textbox", { name: "Schedule" }).fill("sometimes");
    if (shot !== undefined) await page.screenshot({ path: `${shot}/banks-form.png` });
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("is not a schedule").waitFor();
    await page.getByRole("textbox", { name: "Schedule" }).fill("every 15m");
    await page.getByRole("textbox", { name: "Expected by" }).fill("07:30");
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const row = page.getByRole("row", { name: /Statements/ });
    await row.getByText("untested").waitFor();

    await row.getByRole("button", { name: "Test" }).click();
    await page.getByRole("alert").getByText("the folder in cannot be used").waitFor();
    const folder = join(desk.current.banks.bankFolder, "acme", "in");
    await mkdir(folder, { recursive: true });
    await row.getByRole("button", { name: "Test" }).click();
    await page.getByText("Statements works: 0 files there.").waitFor();

    const good = camt053({ day: "2026-03-02", opening: "0.00", closing: "1.00", entries: [{ amount: "1.00" }] });
    await writeFile(join(folder, "monday.xml"), good);
    await writeFile(join(folder, "broken.xml"), "<Document>nothing</Document>");
    const context = { tenantId: "acme", actor: "test" };
    const { id } = await asTenant(desk.current.database, "acme", (tx) => findConnection(tx, "Statements"));
    await desk.current.database.admin.query(
      `update cash_management.cm_bank_connections set settings = settings || '{"settleSeconds": 0}' where id = $1`,
      [id],
    );
    await syncNow(desk.current.banks, context, id);
    const files = page.getByRole("table", { name: "Files" });
    await files
      .getByRole("row", { name: /monday.xml/ })
      .getByText("imported")
      .waitFor();
    const broken = files.getByRole("row", { name: /broken.xml/ });
    await broken.getByText("error").waitFor();
    const alerts = page.getByRole("region", { name: "Alerts" });
    await alerts.getByText("could not be imported").waitFor();
    if (shot !== undefined) await page.screenshot({ path: `${shot}/banks.png` });
    await alerts.getByRole("button", { name: "Seen" }).click();
    await alerts.getByText(/, seen /).waitFor();
    await broken.getByRole("button", { name: "Dismiss" }).click();
    await broken.getByText("dismissed").waitFor();
    await alerts.waitFor({ state: "detached" });

    await row.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Daily statements");
    await page.getByRole("button", { name: "Save" }).click();
    await page
      .getByRole("row", { name: /Daily statements/ })
      .getByText("connected")
      .waitFor();
  });

  test("an auditor sees connections and changes nothing", async () => {
    const { pathname, search } = new URL(await desk.current.auditorLink());
    const page = await desk.current.openAsStranger(pathname + search);
    await page.getByRole("link", { name: "Banks" }).click();
    await page.getByRole("row", { name: /Daily statements/ }).waitFor();
    expect(await page.getByRole("button", { name: /^(Test|Sync|Edit|Connect a bank)$/ }).count()).toBe(0);
  });
});
