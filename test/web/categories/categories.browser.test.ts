import { beforeAll, describe, expect, test } from "vitest";
import { sortWaiting } from "../../../src/categories/runs.ts";
import { readRateFile } from "../../../src/rates/rate-file.ts";
import { importRates } from "../../../src/rates/rate-sets.ts";
import { addDefaultCategories } from "../../../src/tenants/masters.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { deskWithBooks } from "../books.ts";
import { obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`categories and rates in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();
  beforeAll(async () => {
    if (obstacle !== null) return;
    const { database } = desk.current;
    await asTenant(database, "acme", addDefaultCategories);
    await sortWaiting(database.app, { tenantId: "acme", actor: "test" });
    await asTenant(database, "acme", (tx) => importRates(tx, { source: "ecb", days: readRateFile("Date,GBP\n2026-03-04,0.8\n") }));
  });

  test("a rule is tried on the history, saved, and explains itself on the entry", async () => {
    const page = await desk.current.open("/categories");
    await page.getByRole("button", { name: "New rule" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("Wages");
    await page.getByRole("textbox", { name: "Value" }).fill("payroll");
    await page.getByRole("combobox", { name: "Gives the category" }).selectOption("operating.payroll");
    expect(await page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Try on history" }).click();
    const trial = page.getByRole("status", { name: "Trial on history" });
    await trial.getByText("holds for 1 of", { exact: false }).waitFor();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("table", { name: "Rules" }).getByText("text contains 'payroll'").waitFor();
    await page.goto(`${desk.current.address}/accounts`);
    await page.getByRole("link", { name: /2051/ }).first().click();
    const word = page.getByRole("button", { name: "operating.payroll" });
    await expect.poll(() => word.getAttribute("title"), { timeout: 10_000 }).toMatch(/^rule 10 "Wages": text contains 'payroll'$/);
  });

  test("the cockpit shows one total at a named set, and flows by category", async () => {
    const page = await desk.current.open("/?asOf=2026-03-04");
    const total = page.getByRole("region", { name: "In one currency" });
    // -749.45 EUR + 15.00 GBP / 0.8
    await expect.poll(() => total.textContent()).toMatch(/\(730\.70\).*at ecb-2026-03-04, rates of 2026-03-04, of the day/);
    await page.getByRole("region", { name: "Flows by category" }).getByText("uncategorised").first().waitFor();
  });

  test("the rates page shows a set and that its hash holds", async () => {
    const page = await desk.current.open("/rates");
    await page.getByText("the same: nothing was changed since it was frozen").waitFor();
    expect(await page.getByRole("table", { name: "Rates", exact: true }).getByRole("row").count()).toBe(2);
  });
});
