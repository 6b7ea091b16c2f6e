import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressText, covers, readAddress } from "../../../../src/operations/lint/hba/address.ts";
import { readFields } from "../../../../src/operations/lint/hba/fields.ts";
import { type HbaFacts, hbaFindings } from "../../../../src/operations/lint/hba/findings.ts";
import { readHbaFile, readHbaText } from "../../../../src/operations/lint/hba/read-file.ts";
import type { Address, HbaLine } from "../../../../src/operations/lint/hba/rule.ts";

const role = (login: boolean, groups: string[] = [], superuser = false) => ({ login, superuser, groups });
const facts: HbaFacts = {
  roles: new Map([
    ["postgres", role(true, [], true)],
    ["apg_readonly", role(false)],
    ["apg_readwrite", role(false)],
    ["apg_user", role(true, ["apg_readwrite"])],
    ["apg_readonly_user", role(true, ["apg_readonly"])],
    ["monitoring", role(true, ["pg_monitor"])],
    ["backup_user", role(true)],
    ["replicator", role(true)],
  ]),
  logins: ["apg_user", "apg_readonly_user", "monitoring", "backup_user"],
  localLogins: ["backup_user"],
};

async function said(text: string, major = 18): Promise<string[]> {
  const found = hbaFindings(await readHbaText(text, "/etc/pg_hba.conf", major), facts);
  return found.map(({ check, object }) => `${object.replace("pg_hba.conf", "").replace(/^[: ]/, "")} ${check.name}`).sort();
}

const good = `# everybody by name, over TLS, and nobody else
local   all          postgres                            peer
local   all          all                                 scram-sha-256
hostssl apg_treasury apg_user           10.20.0.0/16     scram-sha-256
hostssl apg_treasury apg_readonly_user  10.20.0.0/16     scram-sha-256
hostssl apg_treasury monitoring         10.20.7.4/32     scram-sha-256
hostssl apg_treasury backup_user        127.0.0.1/32     scram-sha-256
hostssl apg_treasury backup_user        ::1/128          scram-sha-256
hostssl replication  replicator         10.20.9.0/24     scram-sha-256  clientcert=verify-full
hostssl all          postgres           10.20.7.1/32     scram-sha-256  clientcert=verify-full
host    all          all                all              reject
host    replication  all                all              reject
`;

// The guide's file, line by line in the order of its verdicts H1-H12, with a network of our own.
const guide = `local all all peer
local replication all peer
host apg_treasury apg_user 10.0.0.0/8 scram-sha-256
host apg_treasury apg_readonly 10.0.0.0/8 scram-sha-256
host replication replicator 10.0.0.0/8 scram-sha-256
host replication replicator ::1/128 scram-sha-256
host all monitoring 10.0.0.0/8 scram-sha-256
host all postgres 192.168.1.100/32 scram-sha-256
hostssl all postgres 0.0.0.0/0 scram-sha-256
host all backup_user 10.0.0.0/8 scram-sha-256
host all all 0.0.0.0/0 reject
host all all ::/0 reject
`;

describe("invariant 19: a file is judged rule by rule", () => {
  test("one that names each login, its network and TLS, and refuses the rest, has no finding", async () => {
    for (const major of [15, 16, 17, 18]) expect(await said(good, major)).toEqual([]);
  });

  test("the guide's file has the findings of its verdicts", async () => {
    expect(await said(guide)).toEqual(
      [
        "1 hba_login_without_a_way_in", // H1: peer admits none of the logins
        "3 hba_rule_without_tls", // H3
        "4 hba_role_that_cannot_sign_in", // H4: the group
        "4 hba_rule_without_tls",
        "apg_readonly_user hba_login_without_a_way_in", // H4: the login is refused from everywhere
        "5 hba_power_without_client_certificate", // H5
        "5 hba_rule_without_tls",
        "6 hba_families_disagree", // H6: ::1 and not 127.0.0.1
        "7 hba_rule_too_wide", // H7: every database
        "7 hba_rule_without_tls",
        "8 hba_power_without_client_certificate", // H8
        "8 hba_rule_without_tls",
        "9 hba_families_disagree", // H12
        "9 hba_power_without_client_certificate",
        "9 hba_rule_too_wide", // H9: a superuser from anywhere
        "10 hba_rule_too_wide", // H10: every database
        "10 hba_rule_without_tls",
        "backup_user hba_login_without_a_way_in", // H10: not from its own machine
        "replication hba_without_final_refusal", // H11
      ].sort(),
    );
  });

  const one: readonly [name: string, change: (text: string) => string, finds: string[]][] = [
    [
      "a rule that stands behind the refusal of everybody",
      (text) => `${text}hostssl apg_treasury monitoring 10.20.8.0/24 scram-sha-256\n`,
      ["13 hba_rule_shadowed"],
    ],
    [
      "a rule for a network inside one that came before",
      (text) =>
        text
          .replace("10.20.7.4/32     scram", "10.20.0.0/16     scram")
          .replace("local   all          all", "hostssl apg_treasury monitoring 10.20.0.0/15 scram-sha-256\nlocal   all          all"),
      ["7 hba_rule_shadowed"],
    ],
    [
      "a rule decided by two before it together",
      (text) =>
        text.replace(
          "host    all ",
          "hostssl all monitoring all reject\nhostnossl all monitoring all reject\nhost all monitoring all reject\nhost    all ",
        ),
      ["13 hba_rule_shadowed"],
    ],
    [
      "a member of a group that was decided before",
      (text) =>
        text.replace(
          "hostssl apg_treasury apg_user ",
          "hostssl apg_treasury +apg_readwrite 10.20.0.0/16 scram-sha-256\nhostssl apg_treasury apg_user ",
        ),
      ["5 hba_rule_shadowed"],
    ],
    [
      "every role from a network",
      (text) => text.replace("apg_treasury apg_user ", "apg_treasury all "),
      ["4 hba_power_without_client_certificate", "4 hba_rule_too_wide", "5 hba_rule_shadowed", "6 hba_rule_shadowed"],
    ],
    ["trust on the socket", (text) => text.replace("peer\n", "trust\n"), ["2 hba_weak_method"]],
    ["password", (text) => text.replace("10.20.7.4/32     scram-sha-256", "10.20.7.4/32 password"), ["6 hba_weak_method"]],
    ["md5", (text) => text.replace("10.20.7.4/32     scram-sha-256", "10.20.7.4/32 md5"), ["6 hba_weak_method"]],
    ["ident", (text) => text.replace("10.20.7.4/32     scram-sha-256", "10.20.7.4/32 ident"), ["6 hba_weak_method"]],
    [
      "a role nobody made",
      (text) => text.replace("10.20.7.4/32", "10.20.7.4/32").replace(" monitoring ", " monitoring,watcher "),
      ["6 hba_role_that_cannot_sign_in"],
    ],
    ["a misspelled address", (text) => text.replace("10.20.7.4/32", "10.20.7.4/64"), ["6 hba_line_refused"]],
    ["loopback of one family only", (text) => text.replace(/^.*::1\/128.*\n/m, ""), ["7 hba_families_disagree"]],
    ["no refusal of replication", (text) => text.replace(/^host +replication .*reject\n/m, ""), ["replication hba_without_final_refusal"]],
    [
      "a refusal of one family only",
      (text) => text.replace(/^(host +all +all +)all( +reject)/m, "$10.0.0.0/0$2"),
      ["all hba_without_final_refusal"],
    ],
    [
      "replication by password",
      (text) => text.replace("  clientcert=verify-full\nhostssl all ", "\nhostssl all "),
      ["9 hba_power_without_client_certificate"],
    ],
  ];

  test.each(one)("%s is found", async (_name, change, finds) => {
    const changed = change(good);
    expect(changed).not.toBe(good);
    const lost = finds.some((line) => line.includes("line_refused"));
    expect((await said(changed)).filter((line) => !lost || !line.startsWith("monitoring "))).toEqual([...finds].sort());
  });

  test("what is harmless is not found: loopback without TLS, a pattern, a quoted all, a narrower rule before a wider one", async () => {
    const text = good.replace(
      "host    all ",
      `host apg_treasury monitoring 127.0.0.1/32 scram-sha-256
host apg_treasury monitoring ::1/128 scram-sha-256
hostssl "all" apg_user 10.30.0.0/16 scram-sha-256
hostssl /^apg_ monitoring 10.20.6.0/24 scram-sha-256
hostssl apg_treasury monitoring 10.20.6.0/23 scram-sha-256
host    all `,
    );
    expect(await said(text)).toEqual([]);
  });
});

describe("a file is read as the server reads it", () => {
  const fieldsOf = (text: string) =>
    readFields(text).map(
      ({ line, fields }) =>
        `${line}: ${fields.map((field) => field.map((name) => (name.quoted ? `<${name.text}>` : name.text)).join(",")).join(" | ")}`,
    );

  test("quotes, doubled quotes, lists with blanks, comments and continued lines", () => {
    expect(fieldsOf('host "my db","a ""b""",c d # rest\n\n# nothing\nlocal a, b c \\\n  peer\nx y ,z')).toEqual([
      '1: host | <my db>,<a "b">,c | d',
      "4: local | a,b | c | peer",
      "6: x | y | z",
    ]);
  });

  const lines: readonly [text: string, major: number, message: string][] = [
    ["hosts all all all trust", 18, '"hosts" is no connection type'],
    ["host all", 18, "there is no role"],
    ["host all all", 18, "there is no address"],
    ["host all all 10.0.0.1 scram-sha-256", 18, '"scram-sha-256" is no mask for "10.0.0.1"'],
    ["host all all 10.0.0.0/33 scram-sha-256", 18, '"10.0.0.0/33" has no valid prefix length'],
    ["host all all 10.0.0.0 255.0.255.0 scram-sha-256", 18, "ones are not all in front"],
    ["host all all all", 18, "there is no method"],
    ["host all all all scram", 18, '"scram" is no method'],
    ["host all all all oauth issuer=x", 17, '"oauth" is no method'],
    ["host all all all peer", 18, "peer is for local"],
    ["host all all all cert", 18, "cert is for hostssl"],
    ["hostssl all all all scram-sha-256 clientcert=1", 18, "write verify-ca or verify-full"],
    ["hostssl all all all scram-sha-256 clientcert", 18, "no option of the form"],
    ['host "all all all trust', 18, "a quote is not closed"],
    ["include other.conf", 15, '"include" is no connection type'],
    ["include /nowhere/other.conf", 16, "cannot be read"],
  ];
  test.each(lines)("%s on %i is refused", async (text, major, message) => {
    expect(await readHbaText(text, "/etc/pg_hba.conf", major)).toEqual([
      expect.objectContaining({ kind: "error", message: expect.stringContaining(message) }),
    ]);
  });

  describe("with what it includes", () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "apg-hba-"));
      await writeFile(join(folder, "pg_hba.conf"), "include more.conf\ninclude_if_exists none.conf\ninclude_dir .\nlocal @dbs all peer\n");
      await writeFile(join(folder, "more.conf"), "local all postgres peer\n");
      await writeFile(join(folder, "dbs"), "one two,\n three # not this\n");
      await writeFile(join(folder, "loop"), "include loop\n");
    });
    afterAll(() => rm(folder, { recursive: true }));
    const shown = (line: HbaLine) =>
      line.kind === "rule"
        ? `${line.file.slice(folder.length + 1)}:${line.line} ${line.databases.map(({ text }) => text).join(",")}`
        : line.message;

    test("other files, folders and lists of names", async () => {
      await writeFile(join(folder, "pg_hba.conf"), "include more.conf\ninclude_if_exists none.conf\nlocal @dbs all peer\n");
      expect((await readHbaFile(join(folder, "pg_hba.conf"), 16)).map(shown)).toEqual(["more.conf:1 all", "pg_hba.conf:3 one,two,three"]);
      await writeFile(join(folder, "main"), "include_dir .\n");
      expect((await readHbaFile(join(folder, "main"), 16)).map(shown)).toEqual([
        "more.conf:1 all",
        "more.conf:1 all",
        "pg_hba.conf:3 one,two,three",
      ]);
    });

    test("a file that includes itself is refused, and one that is not there", async () => {
      expect((await readHbaFile(join(folder, "loop"), 16)).map(shown)).toEqual(["includes nest too deep"]);
      await expect(readHbaFile(join(folder, "none.conf"), 16)).rejects.toMatchObject({ code: "invalid_input" });
    });
  });
});

describe("networks", () => {
  const net = (text: string, mask: string | null = null) => readAddress(text, false, mask) as Address;

  test.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["::/0", "::/0"],
    ["::1/128", "::1/128"],
    ["2001:db8::ff00:42/112", "2001:db8:0:0:0:0:ff00:0/112"],
    ["::ffff:10.0.0.1/128", "::ffff:a00:1/128"],
  ])("%s is %s", (text, shown) => {
    expect(addressText(net(text))).toBe(shown);
  });

  test("a mask says the same as a prefix", () => {
    expect(net("10.1.2.3", "255.255.0.0")).toEqual(net("10.1.0.0/16"));
    expect(net("fe80::1", "ffff::")).toEqual(net("fe80::/16"));
  });

  test("one network covers another exactly when every address of it does", () => {
    const network = fc.record({ a: fc.nat(3), b: fc.nat(3), prefix: fc.integer({ min: 0, max: 32 }) });
    const text = ({ a, b, prefix }: { a: number; b: number; prefix: number }) => `${a * 64}.${b * 64}.0.0/${prefix}`;
    const holds = (range: Address, address: string) => covers(range, net(`${address}/32`));
    fc.assert(
      fc.property(network, network, (one, other) => {
        const [outer, inner] = [net(text(one)), net(text(other))];
        const [base = "0.0.0.0"] = addressText(inner).split("/");
        const first = base
          .split(".")
          .map(Number)
          .reduce((bits, part) => bits * 256 + part, 0);
        const last = first + 2 ** (32 - other.prefix) - 1;
        const dotted = (bits: number) => [24, 16, 8, 0].map((shift) => Math.floor(bits / 2 ** shift) % 256).join(".");
        expect(covers(outer, inner)).toBe(one.prefix <= other.prefix && holds(outer, dotted(first)) && holds(outer, dotted(last)));
      }),
    );
  });
});
