import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { deskWithBooks, figureIn } from "../books.ts";
import { obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`positions in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

  test("the position is shown with negatives in parentheses and its state", async () => {
    const page = await desk.current.open("/?asOf=2026-03-03");
    const figure = figureIn(page, "EUR");
    await expect.poll(() => figure.textContent()).toBe("(749.45)");
    expect(await figure.getAttribute("aria-label")).toBe("Position in EUR: minus 749.45 EUR, sealed, show the proof");
  });

  test("the as-of day changes the figure", async () => {
    const page = await desk.current.open("/?asOf=2026-03-02");
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("1,250.55");
    await page.getByRole("button", { name: "One day later" }).click();
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("(749.45)");
  });

  test("the time machine shows the figure as it was known, and back to now", async () => {
    const page = await desk.current.open(`/?asOf=2026-03-03&knownAt=${desk.afterMonday}`);
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("1,250.55");
    await page.getByText("What arrived later is left out.").waitFor();
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("(749.45)");
  });

  test("a moment before anything arrived is chosen in the bar and shows that nothing was known", async () => {
    const page = await desk.current.open("/?asOf=2026-03-03");
    await page.getByRole("button", { name: "Known at now; choose a moment" }).click();
    await page.getByRole("button", { name: "Last business day 18:00" }).click();
    await page.getByRole("heading", { name: "Nothing was known then" }).waitFor();
  });

  test("a figure with a gap behind it is unproven, and the calendar says where to look", async () => {
    const page = await desk.current.open("/?asOf=2026-03-04");
    await expect.poll(() => figureIn(page, "GBP").textContent()).toBe("15.00");
    expect(await figureIn(page, "GBP").getAttribute("aria-label")).toContain("unproven");
    expect(
      await figureIn(page, "GBP")
        .locator(".figure-number")
        .evaluate((element) => getComputedStyle(element).fontStyle),
    ).toBe("italic");
    const trouble = page.getByRole("region", { name: "Statement arrivals" });
    await trouble.getByText("gap", { exact: true }).first().waitFor();
    await figureIn(page, "GBP").click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: /15\.00 GBP, unproven, show the proof/ }).click();
    await drawer.getByText("2026-03-04 is not sealed").waitFor();
    await drawer.getByText("a statement in between is missing", { exact: false }).waitFor();
  });

  test("a day of which nothing is known shows no nought, but says so", async () => {
    const page = await desk.current.open("/?asOf=2020-01-01");
    await page.getByRole("heading", { name: "Nothing was known then" }).waitFor();
    expect(await page.getByText("0.00").count()).toBe(0);
  });

  test("what is not there is told as a fact with a hint", async () => {
    const page = await desk.current.open("/accounts/01900000-0000-7000-8000-000000000000");
    await expect.poll(() => page.getByRole("alert").textContent()).toMatch(/no account/i);
    await page.goto(`${desk.current.address}/no-such-page`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  });

  test("the worksheet's CSV holds every digit and no grouping", async () => {
    const page = await desk.current.open("/positions?asOf=2026-03-03");
    await page.getByRole("textbox", { name: "Filter accounts" }).fill("eur");
    await page.getByText("1 account", { exact: true }).first().waitFor();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const csv = await readFile(await (await download).path(), "utf8");
    expect(csv).toContain(",-749.45,sealed,");
    expect(csv).not.toContain("(");
  });

  test("what is copied from the worksheet is exact for Excel", async () => {
    const page = await desk.current.open("/positions?asOf=2026-03-03");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByText("every digit is there", { exact: false }).waitFor();
    const pasted = await page.evaluate(() => navigator.clipboard.readText());
    const row = pasted.split("\r\n").find((line) => line.includes("EUR")) ?? "";
    expect(row.split("\t")).toContain("-749.45");
  });

  test("the printed cockpit is the figures alone", async () => {
    const page = await desk.current.open("/?asOf=2026-03-03");
    await figureIn(page, "EUR").waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(false);
    expect(await figureIn(page, "EUR").isVisible()).toBe(true);
  });
});
