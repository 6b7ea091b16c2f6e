import type { Access, Matrix } from "./matrix.ts";
import { alterOwner, alterSecurity, changeDefault, changeMembership, changePrivilege } from "./restore.ts";

/** One thing that differs from what was committed, and the SQL that brings it back; null where a statement cannot. */
export interface Difference {
  readonly subject: string;
  readonly kind: "gained" | "lost" | "new object" | "missing object" | "owner" | "definer";
  readonly role: string | null;
  /** A letter, with columns or an attribute of a role: `w(name)`, `X`, `bypassrls`, `in:apg_readonly`. */
  readonly privilege: string | null;
  /** The group or `public` through which the role has gained or lost it: there it is to be put right. */
  readonly through: string | null;
  readonly restore: string | null;
}

/** What `found` lets whom do that `committed` does not, and the reverse. */
export function compareMatrices(committed: Matrix, found: Matrix): Difference[] {
  const subjects = [...new Set([...committed.keys(), ...found.keys()])].sort();
  return subjects.flatMap((subject) => {
    const before = committed.get(subject);
    const after = found.get(subject);
    if (before === undefined && after !== undefined) return added(after, found);
    if (after === undefined) return [plain(subject, "missing object", null)];
    if (before === undefined) return [];
    return [...objectItself(before, after), ...holders(before, after, { before: committed, after: found })];
  });
}

interface Both {
  readonly before: Matrix;
  readonly after: Matrix;
}

const nobody: ReadonlySet<string> = new Set();

// What nobody wrote down: privileges on it can be taken away, the object itself is for a person to judge.
function added(access: Access, found: Matrix): Difference[] {
  const empty: Access = { ...access, holders: new Map() };
  return [plain(access.subject, "new object", null), ...holders(empty, access, { before: new Map(), after: found })];
}

function objectItself(before: Access, after: Access): Difference[] {
  const differences: Difference[] = [];
  if (before.owner !== null && before.owner !== after.owner)
    differences.push(plain(before.subject, "owner", alterOwner(before.subject, before.owner), after.owner));
  if (before.definer !== after.definer)
    differences.push(plain(before.subject, "definer", alterSecurity(before.subject, before.definer), after.owner));
  return differences;
}

function holders(before: Access, after: Access, both: Both): Difference[] {
  const roles = [...new Set([...before.holders.keys(), ...after.holders.keys()])].sort();
  return roles.flatMap((role) => {
    const had = before.holders.get(role) ?? nobody;
    const has = after.holders.get(role) ?? nobody;
    const gained = [...has].filter((privilege) => !had.has(privilege));
    const lost = [...had].filter((privilege) => !has.has(privilege));
    return [
      ...gained.map((privilege) => changed("gained", before, after, { role, privilege, both })),
      ...lost.map((privilege) => changed("lost", before, after, { role, privilege, both })),
    ];
  });
}

interface Cell {
  readonly role: string;
  readonly privilege: string;
  readonly both: Both;
}

function changed(kind: "gained" | "lost", before: Access, after: Access, { role, privilege, both }: Cell): Difference {
  const through = cause(kind, before, after, { role, privilege, both });
  const restore = through === null ? statement(kind, after.subject, role, privilege) : null;
  return { subject: after.subject, kind, role, privilege, through, restore };
}

/** PUBLIC or a group of the role that gained or lost the same; or the membership that the role itself gained or lost. */
function cause(kind: "gained" | "lost", before: Access, after: Access, { role, privilege, both }: Cell): string | null {
  if (/^(role|default) /.test(after.subject)) return null;
  const [holding, missing] = kind === "gained" ? [after, before] : [before, after];
  const [groups, others] = kind === "gained" ? [both.after, both.before] : [both.before, both.after];
  const holds = (group: string, access: Access) => covers(access.holders.get(group) ?? nobody, privilege);
  const superuser = (matrix: Matrix) => matrix.get(`role ${role}`)?.holders.get(role)?.has("superuser") === true;
  if (superuser(groups) && !superuser(others)) return "superuser";
  for (const group of ["public", ...groupsOf(role, groups)]) {
    if (group === role) continue;
    if (readsAll(group, after.subject, privilege)) return group;
    if (!holds(group, holding) && group !== holding.owner) continue;
    // The group gained it itself, or it had it and the role has newly become its member.
    if (missing.holders.get(group)?.has(privilege) !== true || !["public", ...groupsOf(role, others)].includes(group)) return group;
  }
  return null;
}

/** A privilege on the whole relation takes in the one on a column. */
function covers(held: ReadonlySet<string>, privilege: string): boolean {
  return held.has(privilege) || held.has(`${privilege.charAt(0)}`) || held.has(`${privilege.charAt(0)}*`);
}

// PostgreSQL's own roles are not lines of the matrix.
function readsAll(group: string, subject: string, privilege: string): boolean {
  const data = /^(table|view|partitions of|sequence|schema) /.test(subject);
  return (
    data && ((group === "pg_read_all_data" && /^[rU]/.test(privilege)) || (group === "pg_write_all_data" && /^[awdU]/.test(privilege)))
  );
}

/** The groups a role belongs to, also through others. */
function groupsOf(role: string, matrix: Matrix, seen = new Set<string>()): string[] {
  for (const held of matrix.get(`role ${role}`)?.holders.get(role) ?? nobody) {
    const group = /^in:(.*?)(\(admin\))?$/.exec(held)?.[1];
    if (group === undefined || seen.has(group)) continue;
    seen.add(group);
    groupsOf(group, matrix, seen);
  }
  return [...seen];
}

function statement(kind: "gained" | "lost", subject: string, role: string, privilege: string): string | null {
  if (subject.startsWith("role ")) return changeMembership(kind, role, privilege);
  if (subject.startsWith("default ")) return changeDefault(kind, subject, role, privilege);
  return changePrivilege(kind, subject, role, privilege);
}

function plain(subject: string, kind: Difference["kind"], restore: string | null, role: string | null = null): Difference {
  return { subject, kind, role, privilege: null, through: null, restore };
}
