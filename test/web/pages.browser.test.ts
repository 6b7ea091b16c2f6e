import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { camt053, type TestStatement } from "../helpers/camt.ts";
import { dropFiles, obstacle, person, testDesk } from "./browser.ts";

const account = "DE02120300000000202051";
const monday: TestStatement = {
  account,
  day: "2026-03-02",
  sequence: 1,
  opening: "1000.00",
  closing: "1250.55",
  entries: [
    { amount: "300.55", text: "Invoice 4711" },
    { amount: "-50.00", text: "Bank charges", reference: "CHG1" },
  ],
};
const tuesday: TestStatement = {
  account,
  day: "2026-03-03",
  sequence: 2,
  opening: "1250.55",
  closing: "-749.45",
  entries: [{ amount: "-2000.00", text: "Payroll March", reference: "PAY1" }],
};
const mondayFile = camt053(monday);
const pounds = { account: "GB29NWBK60161331926819", currency: "GBP" };
/** The statement of 2026-03-03 is missing between these two. */
const withGap = camt053(
  { ...pounds, day: "2026-03-02", sequence: 1, opening: "0.00", closing: "10.00", entries: [{ amount: "10.00" }] },
  { ...pounds, day: "2026-03-04", sequence: 3, opening: "12.00", closing: "15.00", entries: [{ amount: "3.00" }] },
);

describe.skipIf(obstacle !== null)(`the pages in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = testDesk();
  let afterMonday = "";
  beforeAll(async () => {
    await desk.current.import("monday.xml", mondayFile);
    afterMonday = await desk.current.now();
    await desk.current.import("tuesday.xml", camt053(tuesday));
    await desk.current.import("pounds.xml", withGap);
    await desk.current.import("globex.xml", camt053({ ...monday, account: "GB33BUKB20201555555555", currency: "USD" }), "globex");
  });
  /** The position in a currency, as the cockpit writes it. */
  const figureIn = (page: Awaited<ReturnType<typeof desk.current.open>>, currency: string) =>
    page.getByRole("article", { name: `Position in ${currency}` }).getByRole("button", { name: /show the proof/ });

  test("a sign-in link opens the cockpit once, and is refused the second time", async () => {
    const link = await desk.current.signInLink();
    const page = await desk.current.openAsStranger(link.slice(desk.current.address.length));
    await page.getByRole("heading", { name: "Cash position" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
    const second = await desk.current.openAsStranger(link.slice(desk.current.address.length));
    await second.getByText("This link was used before, or is too old.").waitFor();
  });

  test("who is not signed in sees the sign-in page and no figure", async () => {
    const page = await desk.current.openAsStranger("/positions");
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    expect(await page.getByRole("button", { name: /show the proof/ }).count()).toBe(0);
  });

  test("a wrong password is told, the right one opens the desk", async () => {
    const page = await desk.current.openAsStranger("/sign-in");
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByRole("textbox", { name: "Password" }).fill("wrong horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByRole("textbox", { name: "Password" }).fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Acme Group").waitFor();
  });

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
    const page = await desk.current.open(`/?asOf=2026-03-03&knownAt=${afterMonday}`);
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("1,250.55");
    await page.getByText("What arrived later is left out.").waitFor();
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect.poll(() => figureIn(page, "EUR").textContent()).toBe("(749.45)");
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

  test("a person of two tenants changes between them and sees nothing of the one in the other", async () => {
    const page = await desk.current.open("/?asOf=2026-03-03");
    await figureIn(page, "EUR").waitFor();
    await page.goto(await desk.current.signInLink("globex"));
    await page.getByRole("button", { name: "Tenant Globex; change" }).waitFor();
    await page.goto(`${desk.current.address}/?asOf=2026-03-03`);
    await expect.poll(() => figureIn(page, "USD").textContent()).toBe("1,250.55");
    expect(await page.getByRole("article", { name: "Position in EUR" }).count()).toBe(0);
    await page.getByRole("button", { name: "Tenant Globex; change" }).click();
    await page.getByRole("menuitem", { name: "Acme Group" }).click();
    await page.getByRole("button", { name: "Tenant Acme Group; change" }).waitFor();
    await page.getByRole("article", { name: "Position in EUR" }).waitFor();
    expect(await page.getByRole("article", { name: "Position in USD" }).count()).toBe(0);
  });

  test("a dropped file is imported and moves the position; dropped again it is a duplicate and moves nothing", async () => {
    const page = await desk.current.open("/?asOf=2026-03-05");
    await figureIn(page, "EUR").waitFor();
    const dinars = camt053({
      account: "KW81CBKU0000000000001234560101",
      currency: "KWD",
      day: "2026-03-04",
      opening: "0.000",
      closing: "1234567.891",
      entries: [{ amount: "1234567.891" }],
    });
    await dropFiles(page, { "kuwait.xml": dinars });
    const tray = page.getByRole("region", { name: "Statement files" });
    await tray.getByText("1 imported").waitFor();
    await expect.poll(() => figureIn(page, "KWD").textContent()).toBe("1,234,567.891");
    await dropFiles(page, { "kuwait-again.xml": dinars });
    await tray.getByText("1 imported · 1 duplicate").waitFor();
    await tray.getByText("nothing changed").waitFor();
    expect(await figureIn(page, "KWD").textContent()).toBe("1,234,567.891");
  });

  test("a file that cannot be read is refused with its line and what was expected, and the others are not held up", async () => {
    const page = await desk.current.open("/statements");
    const broken = mondayFile.replace("300.55", "3oo.55");
    await dropFiles(page, { "broken.xml": broken, "monday.xml": mondayFile });
    const tray = page.getByRole("region", { name: "Statement files" });
    await tray.getByText("1 duplicate · 1 refused").waitFor();
    const row = tray.getByRole("listitem").filter({ hasText: "broken.xml" });
    expect(await row.textContent()).toMatch(/line \d+/);
    expect(await row.textContent()).toContain("3oo.55");
  });

  test("the proof goes from a currency's figure down to the bytes of the file", async () => {
    const page = await desk.current.open("/?asOf=2026-03-02");
    await figureIn(page, "EUR").click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("Sum, to the minor unit").waitFor();
    await drawer.getByRole("button", { name: /1,250\.55 EUR, sealed, show the proof/ }).click();
    await drawer.getByText("2026-03-02 is sealed").waitFor();
    await drawer.getByText("Computed again from the entries as they stand now: the same hash.", { exact: false }).waitFor();
    await drawer.getByText("Opening + 2 entries = closing, to the minor unit.").waitFor();
    await drawer.getByRole("button", { name: "Show the file here" }).click();
    await drawer.getByText("computed in this browser: the same.", { exact: false }).waitFor();
    const download = page.waitForEvent("download");
    await drawer.getByRole("link", { name: "Download the bytes" }).click();
    const bytes = await readFile(await (await download).path());
    expect(sha256(bytes)).toBe(sha256(Buffer.from(mondayFile)));
  });

  test("an entry of the proof leads to its line in the file", async () => {
    const page = await desk.current.open("/?asOf=2026-03-02");
    await figureIn(page, "EUR").click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: /1,250\.55 EUR, sealed, show the proof/ }).click();
    await drawer
      .getByRole("row", { name: /Invoice 4711/ })
      .getByRole("button", { name: /^line/ })
      .click();
    await expect.poll(() => drawer.locator("li.marked").textContent()).toContain("300.55");
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

  test("the calendar is walked by arrow keys and says what a day is", async () => {
    const page = await desk.current.open("/statements?asOf=2026-03-08");
    const cell = page.getByRole("button", { name: /Mon 2026-03-02: sealed, closing EUR 1,250\.55/ });
    await cell.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("region", { name: /on 2026-03-03/ });
    await detail.getByText("The day ties to the day before it and is sealed.").waitFor();
  });

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

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
