import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, describe, expect, test, vi } from "vitest";
import { mountPlatformKeyCommands } from "../../src/access/platform-key-commands.ts";
import { mountAccessCommands } from "../../src/apg/access-commands.ts";
import type { Settings } from "../../src/settings/list.ts";
import { mountTenantCommands } from "../../src/tenants/commands.ts";
import type { CommandContext } from "../../src/terminal/command.ts";
import { testApi, testPasswordOfPeople } from "../helpers/api.ts";
import { callerFor } from "./caller.ts";

const api = testApi();
const written: string[] = [];

/** The commands as the program mounts them, on the database of this file; answers what they print. */
async function apg(...words: string[]): Promise<string> {
  const settings = { host: "127.0.0.1", port: 4400 } as Settings;
  const database = api.current.database as never;
  const context: CommandContext = { settings: () => settings, withDatabase: (_command, work) => work({ database, settings }) };
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const mount of [mountTenantCommands, mountAccessCommands, mountPlatformKeyCommands]) mount(program, context);
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((group) => [...group.commands, ...group.commands.flatMap((inner) => inner.commands)]),
  ])
    command.exitOverride();
  written.length = 0;
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  await program.parseAsync(words, { from: "user" });
  vi.restoreAllMocks();
  return written.join("");
}
afterEach(() => vi.restoreAllMocks());

describe("apg tenant", () => {
  test("create opens one, list shows all", async () => {
    await apg("tenant", "create", "umbrella", "--name", "Umbrella", "--currency", "USD");
    expect(await apg("tenant", "list")).toMatch(/umbrella +Umbrella +active +USD/);
    expect(JSON.parse(await apg("tenant", "list", "--json"))).toHaveLength(3);
  });

  test("create refuses an id that is taken, and one without a name", async () => {
    await expect(apg("tenant", "create", "acme", "--name", "Again")).rejects.toMatchObject({ constraint: "cm_tenants_pkey" });
    await expect(apg("tenant", "create", "nameless")).rejects.toThrow("--name");
  });
});

describe("apg tenant suspend, resume, hold, release", () => {
  test("close and open a tenant, and say so", async () => {
    expect(await apg("tenant", "suspend", "globex", "--reason", "unpaid", "--yes", "Globex")).toMatch(
      /^Globex is suspended; 0 sessions ended/,
    );
    expect(await apg("tenant", "show", "globex")).toMatch(/status +suspended since \S+: unpaid/);
    expect(await apg("tenant", "resume", "globex")).toBe("Globex is open again.\n");
    expect(JSON.parse(await apg("tenant", "hold", "globex", "--reason", "case 17", "--json"))).toMatchObject({ legalHold: true });
    expect(await apg("tenant", "list")).toMatch(/globex +Globex +active, on hold/);
    expect(await apg("tenant", "release", "globex", "--reason", "closed")).toBe("Globex is no longer on legal hold.\n");
  });

  test.each([
    ["suspend without a confirmation, where no terminal is", ["suspend", "acme", "--reason", "r"], "nobody confirmed it"],
    ["suspend with another name", ["suspend", "acme", "--reason", "r", "--yes", "acme"], '"acme" is not its name'],
    ["suspend without a reason", ["suspend", "acme", "--yes", "Acme Group"], "--reason"],
    ["resume of no tenant", ["resume", "nowhere"], "there is no tenant nowhere"],
    ["show of no tenant", ["show", "nowhere"], "there is no tenant nowhere"],
    ["hold without a reason", ["hold", "acme", "--reason", " "], "wants a reason"],
  ])("%s is refused", async (_name, words, fact) => {
    await expect(apg("tenant", ...words)).rejects.toThrow(fact);
  });
});

describe("apg tenant erase", () => {
  test("asks, takes back, asks again, erases, and shows the certificate", async () => {
    await apg("tenant", "create", "ended", "--name", "Ended Ltd", "--admin-email", "root@ended.example");
    const request = () => apg("tenant", "erase", "ended", "--request", "--reason", "over", "--yes", "Ended Ltd");
    expect(await request()).toContain("Ended Ltd is closed and will be erased by: apg tenant erase ended");
    expect(await apg("tenant", "erase", "ended", "--certificate")).toContain("is requested; there is no certificate yet");
    expect(await apg("tenant", "erase", "ended", "--cancel")).toContain("is cancelled; the tenant is suspended");
    await request();
    expect(await apg("tenant", "erase", "ended", "--yes", "Ended Ltd")).toMatch(
      /^Ended Ltd is erased: \d+ rows of \d+ tables; none is left/,
    );
    expect(JSON.parse(await apg("tenant", "erase", "ended", "--certificate"))).toMatchObject({
      tenant: { name: "Ended Ltd" },
      proof: { rowsFound: 0 },
    });
    expect(JSON.parse(await apg("tenant", "erase", "ended", "--json"))).toMatchObject({ state: "done" });
  });

  test.each([
    ["without a reason", ["acme", "--request", "--yes", "Acme Group"], "wants a reason"],
    ["without a confirmation", ["acme", "--request", "--reason", "r"], "nobody confirmed it"],
    ["that nobody asked for", ["acme", "--yes", "Acme Group"], "nobody has asked for the erasure"],
    ["taken back that nobody asked for", ["acme", "--cancel"], "was not requested"],
    ["of no tenant", ["nowhere", "--yes", "x"], "there is no tenant nowhere"],
  ])("%s is refused", async (_how, words, fact) => {
    await expect(apg("tenant", "erase", ...words)).rejects.toThrow(fact);
  });
});

describe("apg tenant export", () => {
  test("writes an archive and checks it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "apg-test-archive-"));
    const path = join(folder, "acme.tar.gz");
    expect(await apg("tenant", "export", "acme", "--to", path)).toContain("SHA-256 of its manifest");
    expect(await apg("tenant", "export", "--verify", path)).toContain("is whole: Acme Group as of");
    expect(JSON.parse(await apg("tenant", "export", "--verify", path, "--json"))).toMatchObject({ findings: [] });
    await expect(apg("tenant", "export", "acme", "--to", path)).rejects.toThrow("is there already");
    await expect(apg("tenant", "export", "acme")).rejects.toThrow("where its archive goes");
    await expect(apg("tenant", "export", "--verify", join(folder, "none"))).rejects.toThrow("is not a whole archive");
    rmSync(folder, { recursive: true });
  });
});

describe("apg access platform-key", () => {
  test("create shows a key that opens tenants until revoke", async () => {
    const words = ["create", "--name", "portal", "--scope", "tenants:read", "tenants:manage"];
    const key = (await apg("access", "platform-key", ...words)).split("\n")[0];
    const tenants = () => api.current.app.inject({ url: "/api/v1/tenants", headers: { authorization: `Bearer ${key}` } });
    expect((await tenants()).statusCode).toBe(200);
    expect(await apg("access", "platform-key", "list")).toMatch(/portal +apgp_\S{8} +tenants:read tenants:manage/);
    await apg("access", "platform-key", "revoke", "portal");
    expect((await tenants()).statusCode).toBe(401);
    await expect(apg("access", "platform-key", ...words)).rejects.toMatchObject({ constraint: "platform_key_name_is_used_once" });
    await expect(apg("access", "platform-key", "create", "--name", "x", "--scope", "everything")).rejects.toThrow("--scope");
  });
});

describe("apg access", () => {
  test("person add lets somebody in, and the link signs them in", async () => {
    await apg("access", "person", "add", "--tenant", "acme", "--email", "New@acme.example", "--name", "New One", "--role", "analyst");
    expect(await apg("access", "person", "list", "--tenant", "acme")).toMatch(/new@acme\.example +New One +analyst +-/);
    const link = (await apg("access", "link", "--tenant", "acme", "--email", "new@acme.example")).trim();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4400\/sign-in\?token=[\w-]{43}$/);
    const answer = await api.current.app.inject({ url: link.slice(link.indexOf("/sign-in")) });
    expect(answer.headers.location).toBe("/");
  });

  test("key create shows a key that works until key revoke", async () => {
    const text = await apg("access", "key", "create", "--tenant", "acme", "--name", "nightly", "--scope", "write");
    const key = text.split("\n")[0];
    const me = () => api.current.app.inject({ url: "/api/v1/session", headers: { authorization: `Bearer ${key}` } });
    expect((await me()).json<{ permissions: string[] }>().permissions).toContain("statements:write");
    const list = JSON.parse(await apg("access", "key", "list", "--tenant", "acme", "--json")) as { id: string; name: string }[];
    await apg("access", "key", "revoke", list.find(({ name }) => name === "nightly")?.id ?? "", "--tenant", "acme");
    expect((await me()).statusCode).toBe(401);
    expect(await apg("access", "key", "list", "--tenant", "acme")).toMatch(/nightly .* revoked /);
  });

  test("person role, disable, enable and sessions do what they say", async () => {
    const who = ["--tenant", "acme", "--email", "analyst@acme.example"];
    const shown = async () =>
      (
        JSON.parse(await apg("access", "person", "list", "--tenant", "acme", "--json")) as {
          email: string;
          role: string;
          disabledAt: string | null;
        }[]
      ).find(({ email }) => email === "analyst@acme.example");
    await callerFor(api.current, "analyst@acme.example");
    expect(JSON.parse(await apg("access", "person", "sessions", ...who, "--json"))).toMatchObject([{ method: "password" }]);
    expect(await apg("access", "person", "sessions", ...who, "--end")).toContain("sessions ended: 1");
    expect(JSON.parse(await apg("access", "person", "role", ...who, "--role", "auditor", "--json"))).toMatchObject({ role: "auditor" });
    await apg("access", "person", "disable", ...who);
    expect(await shown()).toMatchObject({ role: "auditor", disabledAt: expect.any(String) });
    await apg("access", "person", "enable", ...who);
    await apg("access", "person", "role", ...who, "--role", "analyst");
    expect(await shown()).toMatchObject({ role: "analyst", disabledAt: null });
  });

  test("roles shows the matrix; policy show and set the rules", async () => {
    expect(await apg("access", "roles")).toMatch(/access:write +- +- +- +- +yes/);
    expect(JSON.parse(await apg("access", "roles", "--json"))).toMatchObject({ scopes: { "statements:import": ["statements:write"] } });
    await apg("access", "policy", "set", "--tenant", "acme", "--session-hours", "8", "--idle-minutes", "30");
    expect(JSON.parse(await apg("access", "policy", "show", "--tenant", "acme", "--json"))).toMatchObject({
      rules: { sessionHours: 8, sessionIdleMinutes: 30, keyMaxDays: 365 },
    });
    await apg("access", "policy", "set", "--tenant", "acme", "--session-hours", "12", "--idle-minutes", "120");
  });

  test("a four-eyes rule stops an operator too, until a person approves by their password; glass is broken in sight", async () => {
    const tenant = ["--tenant", "acme"];
    await apg("access", "policy", "require", ...tenant, "--kind", "person_role");
    const raise = () => apg("access", "person", "role", ...tenant, "--email", "auditor@acme.example", "--role", "approver", "--json");
    const { id } = JSON.parse(await raise()) as { id: string };
    expect(process.exitCode).toBe(1);
    process.exitCode = 0;
    expect(await apg("access", "approvals", "list", ...tenant)).toContain(id);
    const approve = (email: string, given: string) => {
      vi.spyOn(process.stdin, Symbol.asyncIterator).mockImplementation(async function* () {
        yield Buffer.from(`${given}\n`);
      });
      return apg("access", "approvals", "approve", id, ...tenant, "--email", email, "--password-stdin");
    };
    await expect(approve("approver@acme.example", "a wrong password")).rejects.toMatchObject({ code: "sign_in_refused" });
    await expect(approve("treasurer@acme.example", testPasswordOfPeople)).rejects.toMatchObject({
      constraint: "only_the_approver_role_decides",
    });
    expect(await approve("approver@acme.example", testPasswordOfPeople)).toContain("is executed");
    const { fourEyes } = JSON.parse(await apg("access", "policy", "show", ...tenant, "--json")) as { fourEyes: { id: string }[] };
    const rule = fourEyes[0]?.id ?? "";
    expect(await apg("access", "policy", "end", rule, ...tenant)).toContain("It waits for somebody who is approver");
    process.exitCode = 0;
    expect(await apg("access", "policy", "end", rule, ...tenant, "--break-glass")).toContain("has ended");
    const trail = await api.current.database.admin.query(
      "select actor, user_name from audit.audit_log where table_name = 'cm_approval_policies' and operation = 'UPDATE' and row_key = $1",
      [rule],
    );
    expect(trail.rows).toEqual([{ actor: expect.stringMatching(/^command:/), user_name: "postgres" }]);
  });

  test("oidc set, show and remove keep the secret to themselves; test says when nobody answers", async () => {
    vi.spyOn(process.stdin, Symbol.asyncIterator).mockImplementation(async function* () {
      yield Buffer.from("very secret\n");
    });
    const issuer = ["--issuer", "http://127.0.0.1:9", "--client-id", "apg", "--domain", "acme.example", "--map", "treasury=treasurer"];
    await apg("access", "oidc", "set", "--tenant", "acme", "--name", "Login", ...issuer, "--role-claim", "groups", "--client-secret-stdin");
    const shown = await apg("access", "oidc", "show", "--tenant", "acme", "--json");
    expect(JSON.parse(shown)).toMatchObject({ hasSecret: true, roleMap: { treasury: "treasurer" }, createPeople: false });
    expect(shown).not.toContain("very secret");
    await expect(apg("access", "oidc", "test", "--tenant", "acme")).rejects.toMatchObject({ code: "provider_unusable" });
    await apg("access", "oidc", "remove", "--tenant", "acme");
    expect(await apg("access", "oidc", "show", "--tenant", "acme")).toContain("No identity provider is set");
  });

  test.each([
    ["a rule for what is none", ["policy", "require", "--tenant", "acme", "--kind", "coffee"], "--kind"],
    [
      "a rule with half a limit",
      ["policy", "require", "--tenant", "acme", "--kind", "payment", "--above", "5.00"],
      "a limit is an amount of a currency",
    ],
    ["setting nothing", ["policy", "set", "--tenant", "acme"], "nothing is to be changed"],
    ["hours in words", ["policy", "set", "--tenant", "acme", "--session-hours", "two"], "not a whole number"],
    [
      "a decision on what is no request",
      ["approvals", "refuse", "17", "--tenant", "acme", "--email", "a@b.c", "--password-stdin"],
      "is not the id of a request",
    ],
    [
      "a mapping without a role",
      [
        "oidc",
        "set",
        "--tenant",
        "acme",
        "--name",
        "L",
        "--issuer",
        "https://l.example",
        "--client-id",
        "a",
        "--domain",
        "a.b",
        "--map",
        "x",
      ],
      "is not value=role",
    ],
  ])("%s is refused", async (_name, words, fact) => {
    await expect(apg("access", ...words)).rejects.toThrow(fact);
  });

  test.each([
    ["person list of nobody's tenant", ["person", "list", "--tenant", "nowhere"], "there is no tenant nowhere"],
    ["a role that does not exist", ["person", "add", "--tenant", "acme", "--email", "a@b.c", "--name", "A", "--role", "king"], "--role"],
    [
      "an address that is none",
      ["person", "add", "--tenant", "acme", "--email", "abc", "--name", "A", "--role", "analyst"],
      "is not an e-mail address",
    ],
    ["a link for a stranger", ["link", "--tenant", "acme", "--email", "stranger@acme.example"], "nobody with the address"],
    [
      "a key that ends before it begins",
      ["key", "create", "--tenant", "acme", "--name", "x", "--expires", "2001-01-01"],
      "expired already",
    ],
    ["revoking what is no id", ["key", "revoke", "17", "--tenant", "acme"], "is not the id of a key"],
  ])("%s is refused", async (_name, words, fact) => {
    await expect(apg("access", ...words)).rejects.toThrow(fact);
  });
});
