import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localKey } from "../../src/keys/key-encryption-key.ts";
import { tenantKeys, wrapContext } from "../../src/keys/key-ring.ts";
import { places } from "../../src/keys/places.ts";
import { tenantTransaction } from "../../src/postgres/transaction.ts";
import { camt053 } from "../helpers/camt.ts";
import { mt940 } from "../helpers/mt940.ts";
import { canary, type Installation } from "./installation.ts";

/** Numbers of accounts that are nobody's. The last ten digits are looked for by themselves, so that an IBAN is found without its head. */
const numbers = {
  "own IBAN": "DE61500105177304519826",
  "partner's IBAN": "DE16100500006018273945",
  "partner's IBAN in an MT940": "DE78370400448391640275",
  "own account number": "5047182936",
};

/** What the installation is used for in its life, with secrets that are nowhere else in the world, and with everything that goes wrong. */
export async function useEverything(at: Installation, planted: string): Promise<void> {
  for (const [name, value] of Object.entries(numbers)) at.hide(name, value.slice(-10));
  const address = await at.start({ APG_PORT: "0", APG_DEMO: "false", APG_LOG_LEVEL: "debug" });
  await Promise.all([at.run("tenant create acme --name Acme"), plant(at, address, planted)]);
  const password = canary("password");
  at.hide("password of a person", password);
  const person = (name: string, role: string) =>
    `access person add --tenant acme --email ${name}@acme.example --name ${name} --role ${role}`;
  await Promise.all([
    at.run(`${person("ada", "administrator")} --password-stdin`, { input: `${password}\n` }),
    at.run(`${person("tom", "treasurer")} --password-stdin`, { input: "short", code: 2 }),
    importFiles(at),
  ]);
  await Promise.all([theBrowser(at, address, password), theKeys(at, address)]);
  await credentials(at);
  await Promise.all([operate(at), failing(at, address)]);
  await hideKeysMade(at);
}

/** One leak for each place that is looked at: that it is found shows that the watch sees. */
async function plant(at: Installation, address: string, planted: string): Promise<void> {
  await at.tapped.query(`select 1 as "${planted}"`);
  await at.admin.query(`create table public.planted as select '${planted}' as value from generate_series(1, 9)`);
  await at.admin.query(`copy public.planted from program 'PLANTED=${planted} sleep 0.3'`);
  await at.run(`position --tenant ${planted}`, { code: 2 });
  await caller(at, address)("GET", `/sign-in?problem=${planted}`, undefined, { headers: { "x-request-id": planted } });
  await caller(at, address)("GET", `/api/v1/${planted}`, undefined, { status: 404 });
}

async function importFiles(at: Installation): Promise<void> {
  const folder = join(at.dataDir, "..", "inbox");
  mkdirSync(folder);
  const named = canary("file-name");
  at.hide("name of a file", named);
  writeFileSync(join(folder, `${named}.xml`), statement("2026-03-02", "10.00", "13.00"));
  // Its sum is wrong, so that there is a problem to be told of.
  writeFileSync(join(folder, "wrong.xml"), statement("2026-03-03", "13.00", "99.00"));
  writeFileSync(join(folder, "cut.xml"), statement("2026-03-04", "13.00", "14.00").slice(0, 900));
  const account = numbers["own account number"];
  const text = `166?00GUTSCHRIFT?20RECHNUNG 1?30COBADEFFXXX?31${numbers["partner's IBAN in an MT940"]}?32PARTNER`;
  writeFileSync(
    join(folder, "old.sta"),
    mt940({ account: `37040044/${account}`, day: "2026-03-02", opening: "1.00", closing: "2.00", entries: [{ amount: "1.00", text }] }),
  );
  await at.run(`statement import --tenant acme ${folder}`, { shows: new RegExp(named), code: 2 });
}

function statement(day: string, opening: string, closing: string): string {
  const text = camt053({ account: numbers["own IBAN"], day, opening, closing, entries: [{ amount: "3.00", details: ["1.00", "2.00"] }] });
  const account = `<DbtrAcct><Id><IBAN>${numbers["partner's IBAN"]}</IBAN></Id></DbtrAcct>`;
  return text.replaceAll("<RmtInf>", `<RltdPties>${account}</RltdPties><RmtInf>`);
}

/** A person signs in and looks around; so does somebody who guesses. */
async function theBrowser(at: Installation, address: string, password: string): Promise<void> {
  const ask = caller(at, address);
  const guess = canary("wrong-password");
  at.hide("a wrong password", guess);
  const email = "ada@acme.example";
  await ask("POST", "/api/v1/session", { email, password: guess }, { status: 401 });
  await ask("POST", "/api/v1/session", { email: "nobody@acme.example", password: guess }, { status: 401 });
  const token = await ask("POST", "/api/v1/session", { email, password }, { shows: "session" });
  const cookie = { cookie: `apg_session=${token}`, origin: address };
  const next = canary("next-password");
  at.hide("next password of a person", next);
  await ask("PUT", "/api/v1/session/password", { present: guess, next }, { headers: cookie, status: 401 });
  const fresh = await ask("PUT", "/api/v1/session/password", { present: password, next }, { headers: cookie, shows: "session" });
  const own = { cookie: `apg_session=${fresh || token}`, origin: address };
  const secret = canary("client-secret");
  at.hide("secret of the identity provider", secret);
  const provider = {
    name: "Login",
    issuer: "https://127.0.0.1:9/realm",
    clientId: "apg",
    allowedDomains: ["acme.example"],
    clientSecret: secret,
  };
  await ask("PUT", "/api/v1/identity-provider", provider, { headers: own });
  await ask("PUT", "/api/v1/identity-provider", { ...provider, clientSecret: [secret] }, { headers: own, status: 400 });
  await ask("POST", "/api/v1/identity-provider/test", {}, { headers: own, status: 502 });
  for (const path of [
    "session",
    "sessions",
    "people",
    "accounts",
    "statements",
    "audit?limit=200",
    "identity-provider",
    "positions",
    "approvals",
  ])
    await ask("GET", `/api/v1/${path}`, undefined, { headers: own });
  await ask("POST", "/api/v1/session/sign-out", {}, { headers: own });

  const made = await at.run(`access link --tenant acme --email ${email} --address ${address}`, { shows: /token=\S+/ });
  const link = /token=(\S+)/.exec(made.stdout)?.[1] ?? "";
  at.hide("sign-in link", link);
  await ask("GET", `/sign-in?token=${link}`, undefined, { shows: "session", status: 303 });
  await ask("GET", `/sign-in?token=${link}`, undefined, { status: 303 });
  await ask("POST", "/api/v1/session/link", { token: link }, { status: 401 });
}

/** A program uses an API key, one that is none, and uploads. */
async function theKeys(at: Installation, address: string): Promise<void> {
  const ask = caller(at, address);
  const made = await at.run("access key create --tenant acme --name erp --scope write", { shows: /apg_[\w-]{43}/ });
  const key = /apg_[\w-]{43}/.exec(made.stdout)?.[0] ?? "";
  at.hide("API key", key);
  const headers = { authorization: `Bearer ${key}`, "idempotency-key": "canary-upload-1" };
  const wrong = `apg_${canary("guessed-key")}`;
  at.hide("a guessed API key", wrong);
  await ask("GET", "/api/v1/accounts", undefined, { headers: { authorization: `Bearer ${wrong}` }, status: 401 });
  await ask("GET", `/api/v1/accounts?search=${wrong}`, undefined, { headers: { authorization: `Basic ${wrong}` }, status: 401 });

  const named = canary("upload-name");
  at.hide("name of an upload", named);
  const upload = { "x-file-name": `${named}.xml`, "content-type": "application/octet-stream" };
  await ask("POST", "/api/v1/statements", statement("2026-03-05", "13.00", "16.00"), {
    headers: { ...headers, ...upload },
    shows: named,
    status: 201,
  });
  // The server fails in the middle of an import.
  await at.admin.query(`
    create function public.fail() returns trigger language plpgsql as $$ begin raise exception 'planted failure at %', new; end $$;
    create trigger fail before insert on cash_management.cm_statements for each row execute function public.fail()`);
  await ask("POST", "/api/v1/statements", statement("2026-03-06", "16.00", "19.00"), {
    headers: { ...upload, authorization: `Bearer ${key}` },
    shows: named,
    status: 500,
  });
  await at.admin.query("drop trigger fail on cash_management.cm_statements; drop function public.fail()");
}

/** What opens the way to a bank has no command yet; it is kept through the same functions. */
async function credentials(at: Installation): Promise<void> {
  const login = canary("bank-login");
  at.hide("credentials of a bank connection", login);
  await tenantTransaction(at.tapped, { tenantId: "acme", actor: "test" }, async (tx) => {
    const keys = await tenantKeys(tx);
    const id = "a0000000-0000-4000-8000-000000000001";
    await tx.query("insert into cash_management.cm_banks (tenant_id, id, name) values ($1, $2, 'Bank')", [tx.tenantId, id]);
    await tx.query(
      "insert into cash_management.cm_bank_connections (tenant_id, id, bank_id, name, credentials, credentials_index) values ($1, $2, $2, 'FTP', $3, $4)",
      [tx.tenantId, id, keys.encryptText(places.credentials, id, login), keys.indexOfSecret(login)],
    );
  });
}

/** What an administrator does in a year. */
async function operate(at: Installation): Promise<void> {
  await at.run("keys rotate --tenant acme");
  await Promise.all([
    at.run("keys context rotate"),
    at.run(`tenant export acme --to ${join(at.dataDir, "..", "acme.tar")}`),
    at.run("audit verify"),
    at.run("audit list --tenant acme --json"),
  ]);
  at.hide("next context key", Buffer.from(readFileSync(join(at.dataDir, "secrets", "context-key"), "utf8").trim(), "base64url"));
  await Promise.all([
    // It finds the planted table.
    at.run("db lint", { code: 1 }),
    at.run("db prove isolation --table cm_bank_connections --role apg_user"),
    at.run("db schema --check"),
  ]);
  await at.run(`keys rotate --kek --to-key-file ${join(at.dataDir, "secrets", "next.key")}`);
}

/** What goes wrong: another password of the database, another key, a file that is no key. */
async function failing(at: Installation, address: string): Promise<void> {
  const password = canary("wrong-role-password");
  at.hide("a wrong password of a role", password);
  const { port } = new URL(at.tapped.options.connectionString ?? `http://x:${at.tapped.options.port}`);
  const url = `postgres://apg_user:${password}@127.0.0.1:${port}/apg`;
  const other = canary("other-key");
  at.hide("what is no key", other);
  writeFileSync(join(at.dataDir, "no.key"), other, { mode: 0o600 });
  await Promise.all([
    at.run("access person list --tenant acme", { environment: { APG_DATABASE_URL_APP: url }, code: 3 }),
    at.run(`statement import --tenant acme --key-file ${join(at.dataDir, "no.key")} ${join(at.dataDir, "..", "inbox")}`, { code: 3 }),
    at.run("settings --json", { environment: { APG_DATABASE_URL_APP: url } }),
  ]);
  await caller(at, address)("POST", "/api/v1/session", { email: password, password: [password] }, { status: 400 });
}

/** The database's own key, and the tenants' data keys, which nobody but the program ever sees unwrapped. */
async function hideKeysMade(at: Installation): Promise<void> {
  const of = (name: string) => localKey(at.secrets.find((secret) => secret.name === name)?.bytes ?? Buffer.alloc(0), "the test");
  const { rows } = await at.admin.query<{
    tenant_id: string;
    purpose: "value" | "index";
    version: number;
    kek_id: string;
    wrapped: Buffer;
  }>("select tenant_id, purpose, version, kek_id, wrapped from cash_management.cm_data_keys");
  for (const row of rows) {
    const key = [of("key-encryption key"), of("next key-encryption key")].find(({ id }) => id === row.kek_id);
    const plain = await key?.unwrap(row.wrapped, wrapContext(row.tenant_id, row.purpose, row.version));
    at.hide(`data key ${row.purpose} ${row.version}`, plain ?? Buffer.alloc(0));
  }
  const stamp = await at.admin.query<{ pad: Buffer }>(
    "select inner_pad as pad from cash_management.cm_context_keys where purpose = 'stamp'",
  );
  at.hide("stamp key", stamp.rows[0]?.pad ?? Buffer.alloc(0));
}

interface AskOptions {
  /** Of the answer; 200 when not said. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the answer shows on purpose: a word, or the session in its cookie, which is answered. */
  readonly shows?: string;
}

function caller(at: Installation, address: string) {
  return async (
    method: string,
    path: string,
    body?: object | string,
    { headers = {}, shows, status = 200 }: AskOptions = {},
  ): Promise<string> => {
    const sent =
      typeof body === "object"
        ? { body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } }
        : { body, headers };
    const answer = await fetch(address + path, { method, redirect: "manual", ...sent, body: sent.body ?? null });
    const token = shows === "session" ? (/apg_session=([\w-]{43})/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "") : "";
    if (token !== "") at.hide(`session of ${method} ${path.split("?", 1)[0]}`, token);
    const said = `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
    if (answer.status !== status) throw new Error(`${method} ${path}: ${said}`);
    at.seen.add("answers", shows === undefined ? said : said.replaceAll(token || shows, ""));
    return token;
  };
}
