import type { Check, Finding, Level } from "../check.ts";
import { counterpart, everywhere, isAnywhere, isLoopback, isSingleHost } from "./address.ts";
import { hbaChecks } from "./checks.ts";
import { type Attempt, attemptsOf, attemptText, decides, decisionOn, isReplication, type Roles, speaksOf } from "./matching.ts";
import { type HbaLine, type HbaRule, isKeyword, isRefusal, type Name, placeOf } from "./rule.ts";

export interface HbaFacts {
  readonly roles: Roles;
  /** Logins of the product that must have a way in from somewhere. */
  readonly logins: readonly string[];
  /** Of these, the ones that work on the server's own machine. */
  readonly localLogins: readonly string[];
}

/** What is wrong with a pg_hba.conf, rule by rule and as a whole. */
export function hbaFindings(lines: readonly HbaLine[], facts: HbaFacts): Finding[] {
  const rules = lines.filter((line): line is HbaRule => line.kind === "rule");
  return [
    ...lines.flatMap((line) => (line.kind === "error" ? [refused(line)] : [])),
    ...rules.flatMap((rule, at) => shadowed(rule, rules.slice(0, at), facts)),
    ...rules
      .filter((rule) => !isRefusal(rule))
      .flatMap((rule) => [...breadth(rule, facts), ...secrecy(rule, facts), ...roleNames(rule, facts)]),
    ...rules.filter((rule) => !isRefusal(rule)).flatMap((rule) => families(rule, rules, facts)),
    ...waysIn(rules, facts),
    ...ending(rules, facts),
  ];
}

function refused(line: HbaLine & { kind: "error" }): Finding {
  return finding(hbaChecks.error, placeOf(line), line.message, line.text, `-- correct ${placeOf(line)}: ${line.text}`);
}

function shadowed(rule: HbaRule, before: readonly HbaRule[], { roles }: HbaFacts): Finding[] {
  const deciders = attemptsOf(rule).map((attempt) => decisionOn(before, attempt, roles));
  if (deciders.length === 0 || deciders.some((decider) => decider === undefined)) return [];
  const by = [...new Set(deciders)].filter((decider) => decider !== undefined);
  const places = by.map((decider) => `${placeOf(decider)} (${decider.text})`).join(" and ");
  const opposite = by.some((decider) => isRefusal(decider) !== isRefusal(rule));
  const detail = `never reached: ${by.map(placeOf).join(" and ")} ${by.length === 1 ? "decides" : "decide"} before`;
  return [
    finding(
      hbaChecks.shadowed,
      rule,
      detail,
      `${rule.text}; ${places}`,
      `-- move ${placeOf(rule)} up, or take it out`,
      opposite ? "error" : "warn",
    ),
  ];
}

function breadth(rule: HbaRule, { roles }: HbaFacts): Finding[] {
  if (rule.address === null) return [];
  const reasons: string[] = [];
  const everybody = rule.users.some((name) => isKeyword(name, "all"));
  const superusers = everybody
    ? []
    : [...roles].filter(([name, role]) => role.superuser && role.login && speaksOf(rule, name, roles)).map(([name]) => name);
  if (isAnywhere(rule.address)) reasons.push("from anywhere");
  if (everybody && !isLoopback(rule.address)) reasons.push("every role, superusers among them");
  if (superusers.length > 0 && !isSingleHost(rule.address)) reasons.push(`superuser ${superusers.join(", ")} from more than one machine`);
  const everyDatabase = rule.databases.some((name) => isKeyword(name, "all"));
  if (everyDatabase && superusers.length === 0 && !isLoopback(rule.address)) reasons.push("every database");
  if (reasons.length === 0) return [];
  const grave = reasons.some((reason) => reason !== "every database");
  const fix = `-- narrow ${placeOf(rule)}: name the database, the role and the network that need it`;
  return [finding(hbaChecks.tooWide, rule, reasons.join("; "), rule.text, fix, grave ? "error" : "warn")];
}

function secrecy(rule: HbaRule, { roles }: HbaFacts): Finding[] {
  const found: Finding[] = [];
  const distant = rule.address !== null && !isLoopback(rule.address);
  const encrypted = rule.type === "hostssl" || rule.type === "hostgssenc";
  if (distant && !encrypted)
    found.push(
      finding(
        hbaChecks.withoutTls,
        rule,
        `${rule.type} also accepts connections without TLS`,
        rule.text,
        rewritten(rule, { type: "hostssl" }),
      ),
    );
  const weak = weakness(rule);
  if (weak !== null) {
    const method = rule.type === "local" && rule.method === "trust" ? "peer" : "scram-sha-256";
    found.push(finding(hbaChecks.weakMethod, rule, weak, rule.text, rewritten(rule, { method }), rule.method === "md5" ? "warn" : "error"));
  }
  const superuser = [...roles].some(([name, role]) => role.superuser && role.login && speaksOf(rule, name, roles));
  const certified = rule.method === "cert" || rule.options.has("clientcert");
  if (distant && (superuser || isReplication(rule)) && !certified)
    found.push(
      finding(
        hbaChecks.noCertificate,
        rule,
        `${isReplication(rule) ? "replication" : "a superuser"} by ${rule.method} alone`,
        rule.text,
        `${rewritten(rule, { type: "hostssl" })} clientcert=verify-full`,
      ),
    );
  return found;
}

function weakness({ method }: HbaRule): string | null {
  switch (method) {
    case "trust":
      return "trust asks for no proof at all";
    case "password":
      return "password sends it in clear";
    case "md5":
      return "md5 lets a stolen hash sign in";
    case "ident":
      return "ident believes what the client's machine says";
    default:
      return null;
  }
}

function roleNames(rule: HbaRule, { roles }: HbaFacts): Finding[] {
  return rule.users.flatMap((name) => {
    if (isKeyword(name, "all") || (!name.quoted && name.text.startsWith("/"))) return [];
    const group = !name.quoted && name.text.startsWith("+");
    const role = group ? name.text.slice(1) : name.text;
    const facts = roles.get(role);
    const members = [...roles].filter(([, { login, groups }]) => login && groups.includes(role)).map(([member]) => member);
    if (facts === undefined)
      return [finding(hbaChecks.unknownRole, rule, `there is no role ${role}`, rule.text, `-- take ${role} out of ${placeOf(rule)}`)];
    if (facts.login || (group && members.length > 0)) return [];
    const meant = members.length === 0 ? "" : `; meant was ${members.map((member) => `"${member}"`).join(" or ")}, or +${role}`;
    return [
      finding(
        hbaChecks.unknownRole,
        rule,
        `${role} cannot sign in${meant}`,
        rule.text,
        `-- name a login instead of ${role} in ${placeOf(rule)}`,
      ),
    ];
  });
}

function families(rule: HbaRule, rules: readonly HbaRule[], { roles }: HbaFacts): Finding[] {
  const other = rule.address === null ? null : counterpart(rule.address);
  if (other === null) return [];
  const twins = attemptsOf(rule).map((attempt): Attempt => ({ ...attempt, address: other }));
  const missing = twins.find((attempt) => {
    const decision = decisionOn(rules, attempt, roles);
    return decision === undefined || isRefusal(decision);
  });
  if (missing === undefined) return [];
  return [
    finding(
      hbaChecks.notMirrored,
      rule,
      `not so for ${attemptText(missing)}`,
      rule.text,
      `-- add the same rule for the other family below ${placeOf(rule)}`,
    ),
  ];
}

function waysIn(rules: readonly HbaRule[], { roles, logins, localLogins }: HbaFacts): Finding[] {
  const peers = rules.filter(
    ({ method, users, options }) => method === "peer" && !options.has("map") && users.some((name) => isKeyword(name, "all")),
  );
  const peerFindings = peers
    .filter(({ databases }) => databases.some((name) => !isKeyword(name, "replication")))
    .map((rule) =>
      finding(
        hbaChecks.noWayIn,
        rule,
        "peer for all admits only operating-system users, none of the product's logins",
        rule.text,
        `-- ${placeOf(rule)}: local all postgres peer, then local all all scram-sha-256`,
      ),
    );
  const admits = (role: string) =>
    rules.filter((rule) => !isRefusal(rule) && rule.method !== "peer" && speaksOf(rule, role, roles) && reached(rule, role, rules, roles));
  const shut = logins.filter((role) => roles.has(role) && admits(role).length === 0);
  const fromAfar = localLogins.filter((role) => roles.has(role) && admits(role).length > 0 && !admits(role).some(isNear));
  const place = placeOf(rules[0] ?? { file: "pg_hba.conf", line: 1 }).replace(/:\d+$/, "");
  return [
    ...peerFindings,
    ...shut.map((role) =>
      finding(
        hbaChecks.noWayIn,
        `${place} ${role}`,
        "no rule lets it in from anywhere",
        "",
        `-- add: hostssl DATABASE ${role} NETWORK scram-sha-256`,
      ),
    ),
    ...fromAfar.map((role) =>
      finding(
        hbaChecks.noWayIn,
        `${place} ${role}`,
        "works on the server's own machine and is let in only from elsewhere",
        admits(role)
          .map(({ text }) => text)
          .join("; "),
        `-- add: hostssl DATABASE ${role} 127.0.0.1/32 scram-sha-256, and ::1/128`,
      ),
    ),
  ];
}

function isNear(rule: HbaRule): boolean {
  if (rule.address === null || rule.address.kind === "all" || rule.address.kind === "samehost" || rule.address.kind === "samenet")
    return true;
  return isLoopback(rule.address) || isAnywhere(rule.address);
}

function reached(rule: HbaRule, role: string, rules: readonly HbaRule[], roles: Roles): boolean {
  const before = rules.slice(0, rules.indexOf(rule));
  const user: Name = { text: role, quoted: true };
  return attemptsOf(rule).some((attempt) => !before.some((earlier) => decides(earlier, { ...attempt, user }, roles)));
}

function ending(rules: readonly HbaRule[], { roles }: HbaFacts): Finding[] {
  if (rules.length === 0) return [];
  const all: Name = { text: "all", quoted: false };
  const refusals = rules.filter(isRefusal);
  const file = placeOf(rules.at(-1) ?? { file: "", line: 0 }).replace(/:\d+$/, "");
  return (["all", "replication"] as const).flatMap((word) => {
    const open = (["tls", "gss", "plain"] as const)
      .flatMap((way) => everywhere.map((address): Attempt => ({ way, address, user: all, database: { text: word, quoted: false } })))
      .find((attempt) => decisionOn(refusals, attempt, roles) === undefined);
    if (open === undefined) return [];
    return [
      finding(
        hbaChecks.noFinalRefusal,
        `${file} ${word}`,
        `nothing refuses ${attemptText(open)} at the end`,
        rules.at(-1)?.text ?? "",
        `-- add at the end of ${file}: host ${word} all all reject`,
      ),
    ];
  });
}

function rewritten(rule: HbaRule, change: { type?: string; method?: string }): string {
  const words = rule.text
    .split(" ")
    .map((word, at) => (at === 0 ? (change.type ?? word) : word === rule.method ? (change.method ?? word) : word));
  return `-- ${placeOf(rule)}: ${words.join(" ")}`;
}

function finding(check: Check, of: HbaRule | string, detail: string, evidence: string, fix: string, level: Level = check.level): Finding {
  return { check, level, object: typeof of === "string" ? of : placeOf(of), detail, evidence, fix };
}
