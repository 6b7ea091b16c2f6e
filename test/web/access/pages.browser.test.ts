import { describe, expect, test } from "vitest";
import { createPerson } from "../../../src/access/people.ts";
import { createSignInLink } from "../../../src/access/sign-in-links.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { obstacle } from "../browser.ts";
import { testDesk } from "../desk.ts";

describe.skipIf(obstacle !== null)(`access pages in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = testDesk();
  const linkFor = (email: string, role: "administrator" | "approver") =>
    asTenant(desk.current.database, "acme", async (tx) => {
      const { id } = await createPerson(tx, { email, name: `The ${role}`, role });
      return `/sign-in?token=${(await createSignInLink(tx, id)).token}`;
    });

  test("an administrator invites, asks for a trusted role, and an approver approves it on the page", async () => {
    const admin = await desk.current.openAsStranger(await linkFor("admin@acme.example", "administrator"));
    await admin.getByRole("link", { name: "Access" }).click();
    await admin.getByRole("textbox", { name: "E-mail" }).fill("ines@acme.example");
    await admin.getByRole("textbox", { name: "Name" }).fill("Ines Invited");
    await admin.getByRole("button", { name: "Invite" }).click();
    await admin.getByText(/\/sign-in\?token=[\w-]{43}/).waitFor();
    await admin.getByRole("cell", { name: "Ines Invited" }).waitFor();

    const approver = await desk.current.openAsStranger(await linkFor("approver@acme.example", "approver"));
    await approver.getByRole("navigation", { name: "Pages" }).waitFor();
    await desk.current.database.admin.query(
      "insert into cash_management.cm_approval_policies (tenant_id, kind, created_by) values ('acme', 'person_role', 'test')",
    );
    await admin.getByRole("combobox", { name: "Role of Ines Invited" }).selectOption("administrator");
    await admin.getByText("It waits for another person's approval.").waitFor();
    if (process.env["APG_SHOTS"] !== undefined) await admin.screenshot({ path: `${process.env["APG_SHOTS"]}/people.png` });

    await approver.getByRole("link", { name: "Approvals" }).click();
    await approver.getByRole("region", { name: "Waits for you" }).getByText("ines@acme.example").waitFor();
    if (process.env["APG_SHOTS"] !== undefined) await approver.screenshot({ path: `${process.env["APG_SHOTS"]}/approvals.png` });
    await approver.getByRole("button", { name: "Approve", exact: true }).click();
    await approver.getByRole("region", { name: "History" }).getByText("executed").waitFor();
    const { rows } = await desk.current.database.admin.query(
      "select role from cash_management.cm_people where email = 'ines@acme.example'",
    );
    expect(rows).toEqual([{ role: "administrator" }]);

    if (process.env["APG_SHOTS"] !== undefined) await approver.screenshot({ path: `${process.env["APG_SHOTS"]}/history.png` });
    for (const tab of ["Keys", "Sign-in", "Roles", "My sessions"]) {
      await admin.getByRole("tab", { name: tab }).click();
      await admin.getByRole("tabpanel").first().waitFor();
      if (process.env["APG_SHOTS"] !== undefined) await admin.screenshot({ path: `${process.env["APG_SHOTS"]}/${tab}.png` });
    }
    await admin.getByRole("tab", { name: "Keys" }).click();
    await admin.getByRole("textbox", { name: "What uses it" }).fill("erp");
    await admin.getByRole("button", { name: "Make key" }).click();
    await admin.getByText(/^apg_[\w-]{43}$/).waitFor();
  });

  test("who administers nothing sees the roles and their own sessions only", async () => {
    const page = await desk.current.open("/access");
    await page.getByRole("tab", { name: "My sessions" }).waitFor();
    expect(await page.getByRole("tab").allTextContents()).toEqual(["Roles", "My sessions"]);
  });

  test("the sign-in page offers the provider of the address that is typed", async () => {
    await desk.current.database.admin.query(
      `insert into cash_management.cm_identity_providers (tenant_id, name, issuer, client_id, allowed_domains)
       values ('acme', 'Acme Login', 'https://login.acme.example', 'apg', '{acme.example}')`,
    );
    const page = await desk.current.openAsStranger("/sign-in");
    await page.getByLabel("E-mail").fill("ada@acme.example");
    const button = page.getByRole("link", { name: "Sign in with Acme Login · Acme Group" });
    expect(await button.getAttribute("href")).toBe("/sign-in/oidc?tenant=acme&email=ada%40acme.example");
    if (process.env["APG_SHOTS"] !== undefined) await page.screenshot({ path: `${process.env["APG_SHOTS"]}/sign-in.png` });
  });
});
