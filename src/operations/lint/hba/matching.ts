import { addressText, covers, everywhere } from "./address.ts";
import { type Address, type ConnectionType, type HbaRule, isKeyword, type Name } from "./rule.ts";

/** What the server knows of a role; by name. */
export interface RoleFacts {
  readonly login: boolean;
  readonly superuser: boolean;
  /** Also through others. */
  readonly groups: readonly string[];
}

export type Roles = ReadonlyMap<string, RoleFacts>;

/** The smallest piece a rule speaks of: one way to connect, one database word, one role word, one place. */
export interface Attempt {
  readonly way: Way;
  readonly database: Name;
  readonly user: Name;
  readonly address: Address | null;
}

type Way = "local" | "tls" | "gss" | "plain";

const ways: Readonly<Record<ConnectionType, readonly Way[]>> = {
  local: ["local"],
  host: ["tls", "gss", "plain"],
  hostssl: ["tls"],
  hostnossl: ["gss", "plain"],
  hostgssenc: ["gss"],
  hostnogssenc: ["tls", "plain"],
};

/** Everything a rule speaks of, in pieces: a rule is reached when a piece of it is not decided before. */
export function attemptsOf(rule: HbaRule): Attempt[] {
  const addresses: readonly (Address | null)[] = rule.address?.kind === "all" ? everywhere : [rule.address];
  return ways[rule.type].flatMap((way) =>
    rule.databases.flatMap((database) => rule.users.flatMap((user) => addresses.map((address) => ({ way, database, user, address })))),
  );
}

/** Whether the rule decides all of this attempt. */
export function decides(rule: HbaRule, attempt: Attempt, roles: Roles): boolean {
  if (!ways[rule.type].includes(attempt.way)) return false;
  if (attempt.address !== null && (rule.address === null || !covers(rule.address, attempt.address))) return false;
  return (
    rule.databases.some((name) => databaseCovers(name, attempt.database)) &&
    rule.users.some((name) => userCovers(name, attempt.user, roles))
  );
}

/** The first rule that decides the attempt: the only one the server looks at. */
export function decisionOn(rules: readonly HbaRule[], attempt: Attempt, roles: Roles): HbaRule | undefined {
  return rules.find((rule) => decides(rule, attempt, roles));
}

/** Whether the rule admits or refuses this role, by its name, a group of it or as everybody. */
export function speaksOf(rule: HbaRule, role: string, roles: Roles): boolean {
  return rule.users.some((name) => userCovers(name, { text: role, quoted: true }, roles));
}

export function isReplication(rule: HbaRule): boolean {
  return rule.databases.some((name) => isKeyword(name, "replication"));
}

/** "tls from 10.0.0.0/8 to apg as apg_user". */
export function attemptText({ way, database, user, address }: Attempt): string {
  return `${way}${address === null ? "" : ` from ${addressText(address)}`} to ${database.text} as ${user.text}`;
}

function databaseCovers(outer: Name, inner: Name): boolean {
  // Replication is no database: "all" does not take it in.
  if (isKeyword(inner, "replication") || isKeyword(outer, "replication"))
    return isKeyword(inner, "replication") && isKeyword(outer, "replication");
  if (isKeyword(outer, "all")) return true;
  const keyword = (name: Name) => !name.quoted && /^(all|sameuser|samerole|samegroup)$/.test(name.text);
  if (keyword(outer) || keyword(inner)) return keyword(outer) && keyword(inner) && outer.text === inner.text;
  return outer.text === inner.text || patternCovers(outer, inner);
}

function userCovers(outer: Name, inner: Name, roles: Roles): boolean {
  if (isKeyword(outer, "all")) return true;
  if (isKeyword(inner, "all")) return false;
  const group = groupOf(outer);
  if (group === null) return groupOf(inner) === null && (outer.text === inner.text || patternCovers(outer, inner));
  const innerGroup = groupOf(inner) ?? inner.text;
  return group === innerGroup || roles.get(innerGroup)?.groups.includes(group) === true;
}

function groupOf(name: Name): string | null {
  return !name.quoted && name.text.startsWith("+") ? name.text.slice(1) : null;
}

// A pattern (since 16) is compared with a name only; of two patterns nothing is claimed.
function patternCovers(outer: Name, inner: Name): boolean {
  if (outer.quoted || !outer.text.startsWith("/") || inner.text.startsWith("/")) return false;
  try {
    return new RegExp(outer.text.slice(1), "u").test(inner.text);
  } catch {
    return false;
  }
}
