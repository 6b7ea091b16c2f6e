import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkProof } from "../../../src/audit/proof/check-proof.ts";
import { testSealing } from "../../audit/sealing.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { deskWithBooks } from "../books.ts";
import { obstacle } from "../browser.ts";

describe.skipIf(obstacle !== null)(`the audit trail in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();
  const sealing = testSealing({
    get current() {
      return desk.current.database;
    },
  });

  test("an auditor sees who changed what, the row before and after, its seal, and takes the proof away", async () => {
    await asTenant(desk.current.database, "acme", async (tx) => {
      await tx.query(
        "insert into cash_management.cm_entities (tenant_id, code, name, country) values ('acme', 'HQ', 'Acme Holding', 'DE')",
      );
      await tx.query("update cash_management.cm_entities set country = 'AT' where tenant_id = 'acme' and code = 'HQ'");
    });
    await sealing.current.sealEverything();
    const { page } = await asAuditor();
    await page.getByRole("link", { name: "Audit" }).click();
    await page
      .getByRole("status", { name: "State of the chain" })
      .getByText(/Sealed up to block \d+/)
      .waitFor();
    const trail = page.getByRole("table", { name: "Changes" });
    await trail.getByText("country: DE → AT").waitFor();
    if (process.env["APG_SCREENSHOTS"]) await page.screenshot({ path: `${process.env["APG_SCREENSHOTS"]}/audit.png` });

    await trail
      .getByRole("row", { name: /country: DE → AT/ })
      .getByRole("button")
      .click();
    const difference = page.getByRole("table", { name: "Before and after" });
    await difference.getByRole("row", { name: /country DE AT/ }).waitFor();
    if (process.env["APG_SCREENSHOTS"]) await page.screenshot({ path: `${process.env["APG_SCREENSHOTS"]}/audit-entry.png` });
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download the proof" }).click();
    const proof = readFileSync((await (await download).path()) ?? "", "utf8");
    expect(checkProof(proof, [sealing.current.key])).toMatchObject({ holds: true, row: { new_values: { country: "AT" } } });

    await page.getByRole("button", { name: "History of this row" }).click();
    await expect.poll(() => trail.getByRole("row").count()).toBe(3);
  });

  test("a treasurer is offered no audit, and the page says for whom it is", async () => {
    const page = await desk.current.open("/audit");
    await page.getByText("The trail is for auditors and administrators").waitFor();
    expect(await page.getByRole("link", { name: "Audit" }).count()).toBe(0);
  });

  async function asAuditor() {
    const link = await desk.current.auditorLink();
    const page = await desk.current.openAsStranger(link.slice(desk.current.address.length));
    await page.getByRole("navigation", { name: "Pages" }).waitFor();
    return { page };
  }
});
