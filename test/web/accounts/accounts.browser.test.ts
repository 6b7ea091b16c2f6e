import { describe, expect, test } from "vitest";
import { deskWithBooks, partner } from "../books.ts";
import { obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`accounts in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

  test("entries are found by a part of their text", async () => {
    const page = await desk.current.open("/accounts");
    await page.getByRole("row", { name: /EUR/ }).getByRole("link").first().click();
    const entries = page.getByRole("table", { name: "Entries" });
    await entries.getByText("Payroll March").waitFor();
    await page.getByRole("textbox", { name: /Search text/ }).fill("4711");
    await expect.poll(() => entries.getByText("Payroll March").count()).toBe(0);
    await entries.getByText("Invoice 4711").waitFor();
  });

  test("a whole account number finds the account and the partner's entries, and stands in no address", async () => {
    const asked: string[] = [];
    const page = await desk.current.open("/accounts");
    page.on("request", (request) => asked.push(request.url()));
    await page.keyboard.press("Control+k");
    const search = page.getByRole("combobox", { name: /Find a page or an account/ });
    await search.fill("gb29 nwbk 6016 1331 9268 19");
    const found = page.getByRole("listbox", { name: "Found" });
    await found.getByRole("option", { name: /GBP · …6819/ }).waitFor();
    await search.fill(partner);
    await found.getByRole("option", { name: /2026-03-02 · 300.55 EUR/ }).waitFor();
    await search.fill("DE00 0000 0000 0000 0000 00");
    await found.getByText("No account and no partner has this number.").waitFor();
    await search.fill(partner);
    await found.getByRole("option", { name: /300.55 EUR/ }).click();
    const entries = page.getByRole("table", { name: "Entries" });
    await entries.getByText("Payroll March").waitFor();
    for (const typed of [partner, "7892"]) {
      await page.getByRole("textbox", { name: /Search text/ }).fill(typed);
      await expect.poll(() => entries.getByText("Payroll March").count()).toBe(0);
      await entries.getByText("Invoice 4711").waitFor();
      await page.getByRole("textbox", { name: /Search text/ }).fill("");
      await entries.getByText("Payroll March").waitFor();
    }
    expect(asked.filter((url) => /1234567892|60161331926819/.test(url))).toEqual([]);
  });
});
