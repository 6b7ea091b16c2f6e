import { describe, expect, test } from "vitest";
import { deskWithBooks } from "../books.ts";
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
});
