import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { deskWithBooks } from "../books.ts";
import { dropFiles, obstacle } from "../browser.ts";

// APG_PICTURES names a folder for a look at the page.
const pictures = process.env["APG_PICTURES"];
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}

const table = `Kontoumsaetze;;;;\nErstellt am;05.04.2026;;;\n;;;;\nDay,;;;;\nDate;Info;Partner;Change;Note\n03/04/2026;Rent April;Landlord Ltd;-1.250,00;x\n04/04/2026;Interest;Bank;5,25;y\n;continues here;;;\nTotal;;;-1.244,75;\n`;

describe.skipIf(obstacle !== null)(`a table read by hand${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

  test("a dropped table that leaves things open is kept; a person answers, corrects a column, and imports it", async () => {
    const page = await desk.current.open("/statements");
    await dropFiles(page, { "umsaetze.csv": table });
    const tray = page.getByRole("region", { name: "Statement files" });
    await tray.getByText("1 refused").waitFor();
    await tray.getByRole("link", { name: "Say what is missing" }).click();
    const rows = page.getByRole("region", { name: "Rows" });
    await rows.waitFor();
    await page.getByRole("button", { name: "Close the list of files" }).click();
    // "Change" is no header anybody knows: line and column are chosen by hand, and their effect is there at once.
    await page.getByLabel("Header in line").fill("5");
    await rows.getByLabel("Column 4, Change").selectOption("amount");
    await expect.poll(() => rows.getByRole("row").filter({ hasText: "Rent April" }).textContent()).toContain("(1,250.00)");
    await page
      .getByRole("region", { name: "Open questions" })
      .getByRole("button", { name: /day, month, year/ })
      .click();
    await expect.poll(() => rows.getByRole("row").filter({ hasText: "Rent April" }).textContent()).toContain("2026-04-03");
    expect(await rows.getByRole("row").filter({ hasText: "Total" }).textContent()).toContain("passed over");
    await rows.getByLabel("Column 3, Partner").selectOption("name");
    const take = page.getByRole("region", { name: "Import" });
    expect(await take.getByRole("button", { name: /Import/ }).isDisabled()).toBe(true);
    await take.getByLabel("Account").selectOption("number");
    await take.getByLabel("Number").fill("DE02120300000000202051");
    await take.getByLabel("Currency").fill("EUR");
    await picture(page, "reading");
    await take.getByLabel(/Keep as a profile/).fill("Hausbank");
    await take.getByRole("button", { name: "Save profile" }).click();
    await take.getByText("“Hausbank” is saved.").waitFor();
    await take.getByRole("button", { name: "Import 2 entries" }).click();
    await take.getByText("2 entries, 2 new").waitFor();
    await picture(page, "imported");
    await take.getByRole("link", { name: "Account …2051" }).click();
    await page.getByText("Landlord Ltd").first().waitFor();
  });

  test("a file of one's own is previewed, and nothing of it is stored", async () => {
    const page = await desk.current.open("/statements/read");
    await picture(page, "empty");
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a file" }).click();
    await (await chooser).setFiles({ name: "mine.csv", mimeType: "text/csv", buffer: Buffer.from(table.replace("Rent", "Another rent")) });
    // The profile saved before fits: order of days and columns are known.
    const rows = page.getByRole("region", { name: "Rows" });
    await expect.poll(() => rows.getByRole("row").filter({ hasText: "Another rent" }).textContent()).toContain("2026-04-03");
    await rows.getByLabel("Column 1, Date").selectOption("");
    await page.getByText("no column was chosen for days").waitFor();
    await picture(page, "refused");
    await page.getByRole("button", { name: "Start again" }).click();
    await expect.poll(() => rows.getByRole("row").filter({ hasText: "Another rent" }).textContent()).toContain("2026-04-03");
    await page.goto(`${desk.current.address}/statements`);
    await page.getByRole("tab", { name: "Received files" }).click();
    await page.getByText("umsaetze.csv").waitFor();
    expect(await page.getByText("mine.csv").count()).toBe(0);
  });
});
