import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { createPerson } from "../../../src/access/people.ts";
import { createSignInLink } from "../../../src/access/sign-in-links.ts";
import { asTenant } from "../../helpers/postgres.ts";
import { obstacle } from "../browser.ts";
import { testDesk } from "../desk.ts";

describe.skipIf(obstacle !== null)(`access pages in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = testDesk();
  const shot = async (page: Page, name: string) => {
    const folder = process.env["APG_SHOTS"];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
  };
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
    // The approver alone sees the code; whoever has the link needs it.
    const code = (await approver.locator(".link-code").textContent()) ?? "";
    await admin
      .getByRole("row", { name: /Ines Invited/ })
      .getByRole("button", { name: "Link" })
      .click();
    await admin.getByText("together with the code that who approved tells them").waitFor();
    const link =
      (await admin
        .getByText(/\/sign-in\?token=[\w-]{43}/)
        .last()
        .textContent()) ?? "";
    const ines = await desk.current.openAsStranger(new URL(link).pathname + new URL(link).search);
    await ines.getByRole("textbox", { name: "Code" }).fill("AAAA-AAAA-AAAA");
    await ines.getByRole("button", { name: "Sign in" }).click();
    await ines.getByText("the code does not fit this link").waitFor();
    await shot(ines, "code");
    await ines.getByRole("textbox", { name: "Code" }).fill(code.toLowerCase());
    await ines.getByRole("button", { name: "Sign in" }).click();
    await ines.getByRole("navigation", { name: "Pages" }).waitFor();
    await shot(approver, "code-of-approver");
    const { rows } = await desk.current.database.admin.query(
      "select role from cash_management.cm_people where email = 'ines@acme.example'",
    );
    expect(rows).toEqual([{ role: "administrator" }]);

    if (process.env["APG_SHOTS"] !== undefined) await approver.screenshot({ path: `${process.env["APG_SHOTS"]}/history.png` });
    for (const tab of ["Keys", "Sign-in", "Roles", "My sign-in"]) {
      await admin.getByRole("tab", { name: tab, exact: true }).click();
      await admin.getByRole("tabpanel").first().waitFor();
      if (process.env["APG_SHOTS"] !== undefined) await admin.screenshot({ path: `${process.env["APG_SHOTS"]}/${tab}.png` });
    }
    await admin.getByRole("tab", { name: "Keys" }).click();
    await admin.getByRole("textbox", { name: "What uses it" }).fill("erp");
    await admin.getByRole("button", { name: "Make key" }).click();
    await admin.getByText(/^apg_[\w-]{43}$/).waitFor();
  });

  test("an administrator changes the rules and the provider, and a person their own password", async () => {
    await desk.current.database.admin.query("update cash_management.cm_approval_policies set ended_at = now()");
    const admin = await desk.current.openAsStranger(await linkFor("boss@acme.example", "administrator"));
    await admin.getByRole("link", { name: "Access" }).click();
    await admin.getByRole("tab", { name: "Sign-in", exact: true }).click();
    await admin.getByRole("textbox", { name: "A session lasts, hours" }).fill("8");
    await admin.getByRole("button", { name: "Save rules" }).click();
    await expect.poll(() => admin.getByRole("button", { name: "Save rules" }).isDisabled()).toBe(true);
    await admin.getByRole("button", { name: "Set one" }).click();
    await admin.getByRole("textbox", { name: "Name on the button" }).fill("Acme Login");
    await admin.getByRole("textbox", { name: "Issuer" }).fill("https://login.acme.example");
    await admin.getByRole("textbox", { name: "Client id" }).fill("apg");
    await admin.getByRole("textbox", { name: "Domains whose addresses it may prove" }).fill("boss.example");
    await shot(admin, "provider-form");
    await admin.getByRole("button", { name: "Save provider" }).click();
    await admin.getByText("none: a public client").waitFor();
    await admin.getByRole("button", { name: "Remove" }).click();
    await admin.getByText("None is set: people sign in by password or link.").waitFor();

    await admin.getByRole("tab", { name: "My sign-in" }).click();
    await admin.getByLabel("New password").fill("a sentence of my own");
    await admin.getByLabel("The same again").fill("a sentence of mine");
    expect(await admin.getByRole("button", { name: "Set password" }).isDisabled()).toBe(true);
    await admin.getByLabel("The same again").fill("a sentence of my own");
    await admin.getByRole("button", { name: "Set password" }).click();
    await admin.getByText("Your password is set.").waitFor();
    await shot(admin, "my-sign-in");
    await admin.getByLabel("Present password").fill("not this one at all");
    await admin.getByLabel("New password").fill("another sentence");
    await admin.getByLabel("The same again").fill("another sentence");
    await admin.getByRole("button", { name: "Set password" }).click();
    await admin.getByText("the present password is wrong").waitFor();

    await admin.getByRole("link", { name: "Approvals" }).click();
    await admin.getByRole("combobox", { name: "What needs another person" }).selectOption("cash_flow");
    await admin.getByRole("textbox", { name: "Only above" }).fill("10000.00");
    await admin.getByRole("button", { name: "Add rule" }).click();
    await admin.getByRole("cell", { name: "10000.00 EUR" }).waitFor();
    await shot(admin, "rules");
  });

  test("who administers nothing sees the roles and their own sessions only", async () => {
    const page = await desk.current.open("/access");
    await page.getByRole("tab", { name: "My sign-in" }).waitFor();
    expect(await page.getByRole("tab").allTextContents()).toEqual(["Roles", "My sign-in"]);
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
