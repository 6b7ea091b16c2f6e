import { describe, expect, test } from "vitest";
import { camt053 } from "../../helpers/camt.ts";
import { deskWithBooks, figureIn, mondayFile } from "../books.ts";
import { dropFiles, obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`statements in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

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

  test("the calendar is walked by arrow keys and says what a day is", async () => {
    const page = await desk.current.open("/statements?asOf=2026-03-08");
    const cell = page.getByRole("button", { name: /Mon 2026-03-02: sealed, closing EUR 1,250\.55/ });
    await cell.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("region", { name: /on 2026-03-03/ });
    await detail.getByText("The day ties to the day before it and is sealed.").waitFor();
  });

  test("two entries that may be one stand side by side; said to be the same, the later one leaves the position, and comes back by undo", async () => {
    const account = "DE88100900001234567892";
    const list = (id: string, entries: readonly { amount: string; text: string }[]) =>
      camt053({ account, id, currency: "JPY", day: "2026-03-04", entries });
    await desk.current.import("first.xml", list("first", [{ amount: "-9000", text: "Rent March" }]));
    const again = [
      { amount: "-9000", text: "STANDING ORDER 4711 LANDLORD" },
      { amount: "-1", text: "fee" },
    ];
    await desk.current.import("second.xml", list("second", again));
    const page = await desk.current.open("/statements?asOf=2026-03-05");
    await page.getByRole("tab", { name: "Duplicates" }).click();
    const pair = page.getByRole("row").filter({ hasText: "Rent March" });
    await pair.getByText("STANDING ORDER 4711 LANDLORD").waitFor();
    const picture = process.env["APG_PICTURES"];
    if (picture !== undefined) await page.screenshot({ path: `${picture}/suspects.png` });
    await pair.getByRole("button", { name: "Same" }).click();
    await page.getByText("No pair waits for you").waitFor();
    await page.getByText("Decided", { exact: true }).click();
    await pair.getByText("The same").waitFor();
    if (picture !== undefined) await page.screenshot({ path: `${picture}/suspects-decided.png` });
    await pair.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Nothing was decided so far").waitFor();
  });
});
