import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { SealState } from "../../../src/audit/contract.ts";
import { checkProof } from "../../../src/audit/proof/check-proof.ts";
import { withClient } from "../../../src/postgres/connect.ts";
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
    await page.getByRole("button", { name: "Check it here" }).click();
    await page.getByText(/The row leads by \d+ steps? to the root of block \d+/).waitFor();
    if (process.env["APG_SCREENSHOTS"]) await page.screenshot({ path: `${process.env["APG_SCREENSHOTS"]}/audit-checked.png` });
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: "Download the proof" }).click();
    const proof = readFileSync((await (await download).path()) ?? "", "utf8");
    expect(checkProof(proof, [sealing.current.key])).toMatchObject({ holds: true, row: { new_values: { country: "AT" } } });

    await page.getByRole("button", { name: "History of this row" }).click();
    await expect.poll(() => trail.getByRole("row").count()).toBe(3);
  });

  test("who is found by name; people stand in the trail by theirs, and a proof that was altered does not hold", async () => {
    const { page } = await asAuditor();
    await page.getByRole("link", { name: "Audit" }).click();
    const trail = page.getByRole("table", { name: "Changes" });
    await trail.getByRole("row").nth(2).waitFor();
    await page.getByRole("textbox", { name: "Who" }).fill("nobody of this name");
    await page.getByText("No change fits").waitFor();
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await page.getByPlaceholder("Object").click();
    await page.getByRole("option", { name: "people", exact: true }).click();
    await trail
      .getByText(/@|auditor|treasurer/i)
      .first()
      .waitFor();
    await page.route("**/api/v1/audit/*/proof", async (route) => {
      const answer = await route.fetch();
      const proof = (await answer.json()) as { row: string };
      await route.fulfill({ response: answer, json: { ...proof, row: proof.row.replace("acme", "acmf") } });
    });
    await page.reload();
    await trail
      .getByRole("row", { name: /country: DE → AT/ })
      .getByRole("button")
      .click();
    await page.getByRole("button", { name: "Check it here" }).click();
    await page.getByText(/It does not hold: the row is not that of the leaf/).waitFor();
  });

  test("sealing that is held back is told, with the transaction", async () => {
    await withClient(desk.current.database.admin, async (slow) => {
      await slow.query("begin; select pg_current_xact_id()");
      await asTenant(desk.current.database, "acme", (tx) =>
        tx.query("update cash_management.cm_entities set country = 'CH' where tenant_id = 'acme' and code = 'HQ'"),
      );
      const { page } = await asAuditor();
      await page.route("**/api/v1/audit/seals", async (route) => {
        const answer = await route.fetch();
        const state = (await answer.json()) as SealState;
        expect(state.heldBack).not.toBeNull();
        // Nobody waits a minute for a test: the rest of the answer is the server's.
        await route.fulfill({ response: answer, json: { ...state, behindSeconds: 75, heldBack: { ...state.heldBack, seconds: 80 } } });
      });
      await page.getByRole("link", { name: "Audit" }).click();
      await page.getByText(/75 s behind: held back by a transaction \(process \d+\) that runs for 80 s/).waitFor();
      if (process.env["APG_SCREENSHOTS"]) await page.screenshot({ path: `${process.env["APG_SCREENSHOTS"]}/audit-late.png` });
      await slow.query("rollback");
    });
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
