import { describe, expect, test } from "vitest";
import { resumeTenant, suspendTenant } from "../../../src/tenants/status.ts";
import { deskWithBooks, figureIn, mondayFile } from "../books.ts";
import { dropFiles, obstacle } from "../browser.ts";
import { person } from "../desk.ts";

describe.skipIf(obstacle !== null)(`access in a browser${obstacle === null ? "" : ` (${obstacle})`}`, () => {
  const desk = deskWithBooks();

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

  test("who may only look is offered no upload, and a dropped file goes nowhere", async () => {
    const link = await desk.current.auditorLink();
    const page = await desk.current.openAsStranger(link.slice(desk.current.address.length));
    await page.getByRole("heading", { name: "Cash position" }).waitFor();
    expect(await page.getByRole("button", { name: "Add statements" }).count()).toBe(0);
    await dropFiles(page, { "monday.xml": mondayFile });
    expect(await page.getByRole("region", { name: "Statement files" }).count()).toBe(0);
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

  test("people of a suspended tenant read why they cannot come in, by link and by password, and come in again afterwards", async () => {
    const { admin } = desk.current.database;
    const globex = { tenantId: "globex", actor: "test" };
    const link = (await desk.current.signInLink("globex")).slice(desk.current.address.length);
    await suspendTenant(admin, globex, { confirm: "Globex", reason: "unpaid" });
    const page = await desk.current.openAsStranger(link);
    await page.getByText("This company is suspended: nobody signs in there until it is opened again.").waitFor();
    await suspendTenant(admin, { tenantId: "acme", actor: "test" }, { confirm: "Acme Group", reason: "unpaid" });
    await page.getByLabel("E-mail").fill(person.email);
    await page.getByRole("textbox", { name: "Password" }).fill(person.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("is suspended: nobody signs in there until it is opened again").last().waitFor();
    for (const tenantId of ["acme", "globex"]) await resumeTenant(admin, { tenantId, actor: "test" });
    const again = await desk.current.openAsStranger((await desk.current.signInLink("globex")).slice(desk.current.address.length));
    await again.getByText("Globex").first().waitFor();
  });
});
