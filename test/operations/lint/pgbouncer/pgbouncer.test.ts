import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pgbouncerFindings } from "../../../../src/operations/lint/pgbouncer/findings.ts";
import { connectionWords, readIni } from "../../../../src/operations/lint/pgbouncer/read-ini.ts";
import { readUserList } from "../../../../src/operations/lint/pgbouncer/user-list.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apg-pgbouncer-"));
});
afterAll(() => rm(folder, { recursive: true }));

const good = `; the pooler of the treasury
[databases]
apg_treasury = host=db1.internal port=5432 dbname=apg_treasury
[pgbouncer]
listen_addr = 10.20.7.2
pool_mode = transaction
server_reset_query_always = 1
auth_type = scram-sha-256
auth_user = pgbouncer
auth_file = userlist.txt
admin_users = pgbouncer_admin
stats_users = monitoring
ignore_startup_parameters = extra_float_digits
client_tls_sslmode = require
server_tls_sslmode = verify-full
`;
const goodUsers = `"pgbouncer" "its own password in clear: it signs in with it"\n"apg_user" "SCRAM-SHA-256$4096:c2FsdA==$c3RvcmVk:c2VydmVy"\n`;

async function said(
  ini: string,
  { users = goodUsers, mode = 0o600, version = [1, 24] as [number, number] | null } = {},
): Promise<string[]> {
  await writeFile(join(folder, "pgbouncer.ini"), ini);
  await writeFile(join(folder, "userlist.txt"), users);
  await chmod(join(folder, "userlist.txt"), mode);
  const found = pgbouncerFindings({
    ini: await readIni(join(folder, "pgbouncer.ini")),
    users: await readUserList(join(folder, "userlist.txt")),
    version,
    superusers: ["postgres"],
  });
  return found.map(({ check, level, object }) => `${level} ${check.name} ${object.replace("pgbouncer.ini", "").trim()}`);
}

test("one that shares connections by transaction, over TLS on both sides, has no finding", async () => {
  expect(await said(good)).toEqual([]);
  expect(await said(good.replace("10.20.7.2", "127.0.0.1").replace("client_tls_sslmode = require\n", ""))).toEqual([]);
});

const faults: readonly [name: string, change: (text: string) => string, finds: string[], options?: Parameters<typeof said>[1]][] = [
  ["session mode by default", (text) => text.replace("pool_mode = transaction\n", ""), ["warn pgbouncer_pool_mode pool_mode"]],
  [
    "statement mode of one database",
    (text) => text.replace("dbname=apg_treasury", "dbname=apg_treasury pool_mode=statement"),
    ["error pgbouncer_pool_mode databases.apg_treasury"],
  ],
  [
    "session state that reaches the next client",
    (text) => text.replace("server_reset_query_always = 1\n", ""),
    ["warn pgbouncer_keeps_session_state server_reset_query_always"],
  ],
  [
    "a reset that resets little",
    (text) => `${text}server_reset_query = DISCARD TEMP\n`,
    ["error pgbouncer_keeps_session_state server_reset_query"],
  ],
  [
    "a setting this version refuses",
    (text) => `${text}max_prepared_statements = 100\n`,
    ["error pgbouncer_prepared_statements max_prepared_statements"],
    { version: [1, 18] },
  ],
  [
    "prepared statements switched off",
    (text) => text,
    ["info pgbouncer_prepared_statements max_prepared_statements"],
    { version: [1, 22] },
  ],
  ["trust", (text) => text.replace("scram-sha-256", "trust"), ["error pgbouncer_passwords auth_type"]],
  ["md5 by default", (text) => text.replace("auth_type = scram-sha-256\n", ""), ["warn pgbouncer_passwords auth_type"]],
  ["a password in clear", (text) => text, ["error pgbouncer_passwords auth_file"], { users: `${goodUsers}"monitoring" "secret"\n` }],
  ["md5 hashes in the file", (text) => text, ["warn pgbouncer_passwords auth_file md5"], { users: `"x" "md5${"0".repeat(32)}"\n` }],
  ["a file that others can read", (text) => text, ["error pgbouncer_passwords auth_file mode"], { mode: 0o644 }],
  [
    "the application as administrator",
    (text) => text.replace("pgbouncer_admin", "pgbouncer_admin, apg_user"),
    ["error pgbouncer_administrators admin_users"],
  ],
  ["the superuser as administrator", (text) => text.replace("pgbouncer_admin", "postgres"), ["error pgbouncer_administrators admin_users"]],
  [
    "timeouts that are dropped",
    (text) => text.replace("extra_float_digits", "extra_float_digits, statement_timeout, options"),
    ["warn pgbouncer_ignored_parameters ignore_startup_parameters"],
  ],
  [
    "clients without TLS",
    (text) => text.replace("client_tls_sslmode = require", "client_tls_sslmode = allow"),
    ["error pgbouncer_tls client_tls_sslmode"],
  ],
  [
    "a server that may be anybody",
    (text) => text.replace("server_tls_sslmode = verify-full", "server_tls_sslmode = require"),
    ["warn pgbouncer_tls server_tls_sslmode"],
  ],
  [
    "several hosts in one entry",
    (text) => text.replace("db1.internal", "db1.internal,db2.internal"),
    ["error pgbouncer_tls server_tls_sslmode with several hosts"],
  ],
  ["old TLS", (text) => `${text}client_tls_protocols = tlsv1.1,tlsv1.2\n`, ["error pgbouncer_tls client_tls_protocols"]],
  ["a line that is none", (text) => `${text}pool_size 20\n`, ["error pgbouncer_line_refused :16"]],
  ["an included file that is not there", (text) => `${text}%include none.ini\n`, ["error pgbouncer_line_refused :16"]],
];

test.each(faults)("%s is found", async (_name, change, finds, options) => {
  expect(await said(change(good), options)).toEqual(finds);
});

test("no finding says a password", async () => {
  await said(good, { users: '"monitoring" "canary-7351"\n' });
  const found = pgbouncerFindings({
    ini: await readIni(join(folder, "pgbouncer.ini")),
    users: await readUserList(join(folder, "userlist.txt")),
    version: null,
    superusers: [],
  });
  expect(found).toHaveLength(1);
  expect(JSON.stringify(found)).not.toContain("canary-7351");
});

test("settings are read from what is included, and connection strings with their quotes", async () => {
  await writeFile(join(folder, "more.ini"), "pool_mode = transaction\n");
  expect(await said(good.replace("pool_mode = transaction", "%include more.ini"))).toEqual([]);
  expect(Object.fromEntries(connectionWords("host=a dbname='my ''db' pool_mode=session"))).toEqual({
    host: "a",
    dbname: "my 'db",
    pool_mode: "session",
  });
});
