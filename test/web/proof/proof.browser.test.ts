import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { withClient } from "../../../src/postgres/connect.ts";
import { camt053 } from "../../helpers/camt.ts";
import { deskWithBooks, figureIn, mondayFile } from "../books.ts";
import { obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`the proof in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

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

  test("an entry changed behind the program's back breaks the seal, and the proof says so", async () => {
    const francs = { account: "CH9300762011623852957", currency: "CHF", day: "2026-03-02", sequence: 1 };
    await desk.current.import("francs.xml", camt053({ ...francs, opening: "0.00", closing: "70.00", entries: [{ amount: "70.00" }] }));
    const page = await desk.current.open("/?asOf=2026-03-02");
    const drawer = page.getByRole("dialog");
    await figureIn(page, "CHF").click();
    await drawer.getByRole("button", { name: /70\.00 CHF, sealed, show the proof/ }).click();
    await drawer.getByText("the same hash.", { exact: false }).waitFor();
    // Only a superuser who switches the triggers off gets that far.
    await withClient(desk.current.database.admin, async (client) => {
      await client.query("begin; set local session_replication_role = replica");
      const changed = await client.query(
        "update cash_management.cm_bank_transactions set amount_minor = amount_minor + 1 where tenant_id = 'acme' and currency = 'CHF'",
      );
      await client.query("commit");
      expect(changed.rowCount).toBe(1);
    });
    await page.reload();
    await drawer.getByText("something was changed after sealing", { exact: false }).waitFor();
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
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
