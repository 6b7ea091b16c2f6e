import { compareMatrices, type Difference } from "./compare.ts";
import type { AccessState, Guard } from "./guards.ts";

export type Effect = "tightens" | "loosens" | "both";

export interface Change {
  readonly effect: Effect;
  /** Such as "apg_readonly gained r on table cash_management.cm_people". */
  readonly what: string;
}

/**
 * What changed for those who were there before. A new table with its grants opens nothing that was closed, unless it lacks what
 * keeps tenants apart; a new function with another's rights, and whatever PUBLIC gets, does.
 */
export function judgeChange(before: AccessState, after: AccessState): Change[] {
  const differences = compareMatrices(before.matrix, after.matrix).filter(({ subject }) => !subject.startsWith("partitions of "));
  const isNew = new Set(differences.filter(({ kind }) => kind === "new object").map(({ subject }) => subject));
  const subjects = [...new Set([...before.guards.keys(), ...after.guards.keys()])].sort();
  return [
    ...differences.flatMap((difference) => {
      if (isNew.has(difference.subject)) return ofNewObject(difference);
      return stillHeld(difference, before, after) ? [] : ofKnownObject(difference);
    }),
    ...[...isNew].flatMap((subject) => newDoors(subject, after)),
    ...subjects.flatMap((subject) => ofGuard(subject, before, after)),
  ];
}

function ofKnownObject({ subject, kind, role, privilege, through }: Difference): Change[] {
  switch (kind) {
    case "owner":
      return [{ effect: "both", what: `${subject} now belongs to ${role}` }];
    case "missing object":
      return [{ effect: "tightens", what: `${subject} is gone` }];
    case "definer":
    case "new object":
      // The guard of a function says which way.
      return [];
    default: {
      // Through a group: told once, for the group. Of login and nologin only one needs telling.
      if (through !== null || /^(nologin|noinherit)$/.test(privilege ?? "")) return [];
      return [{ effect: kind === "gained" ? "loosens" : "tightens", what: `${role} ${kind} ${privilege} on ${subject}` }];
    }
  }
}

/** A column of a table that may now be changed as a whole is not lost, nor is one gained that could be changed with all others. */
function stillHeld({ kind, subject, role, privilege }: Difference, before: AccessState, after: AccessState): boolean {
  if ((kind !== "gained" && kind !== "lost") || role === null || privilege === null || !/\(/.test(privilege)) return false;
  const held = (kind === "lost" ? after : before).matrix.get(subject)?.holders.get(role);
  return held?.has(privilege.charAt(0)) === true || (kind === "lost" && held?.has(`${privilege.charAt(0)}*`) === true);
}

function ofNewObject({ subject, kind, role, privilege }: Difference): Change[] {
  if (kind !== "gained") return [];
  const dangerous = /^(superuser|bypassrls|createrole|replication)$/.test(privilege ?? "");
  if (role !== "public" && !(subject.startsWith("role ") && dangerous)) return [];
  return [{ effect: "loosens", what: `${role} gained ${privilege} on ${subject}, which is new` }];
}

function newDoors(subject: string, { matrix, guards }: AccessState): Change[] {
  const access = matrix.get(subject);
  const guard = guards.get(subject);
  if (access === undefined || access.holders.size === 0 || guard === undefined) return [];
  const holders = [...access.holders.keys()].join(", ");
  if (guard.kind === "function" && guard.definer)
    return [{ effect: "loosens", what: `${subject} lets ${holders} act with the rights of ${access.owner}` }];
  if (guard.kind === "view" && !guard.invoker)
    return [{ effect: "loosens", what: `${subject} shows ${holders} what ${access.owner} sees` }];
  if (guard.kind === "table" && guard.ofTenants && !(guard.enabled && guard.forced))
    return [{ effect: "loosens", what: `${subject} is new, of tenants, and without forced row-level security` }];
  return [];
}

function ofGuard(subject: string, before: AccessState, after: AccessState): Change[] {
  const was = before.guards.get(subject);
  const is = after.guards.get(subject);
  if (is?.kind === "policy" || was?.kind === "policy") return ofPolicy(subject, was, is, before, after);
  if (was === undefined || is === undefined) return [];
  if (was.kind === "table" && is.kind === "table")
    return [
      ...flag(was.enabled, is.enabled, `row-level security of ${subject}`, "tightens"),
      ...flag(was.forced, is.forced, `row-level security of ${subject} for its owner`, "tightens"),
    ];
  if (was.kind === "view" && is.kind === "view") return flag(was.invoker, is.invoker, `the caller's own rights in ${subject}`, "tightens");
  if (was.kind === "function" && is.kind === "function")
    return [
      ...flag(was.definer, is.definer, `its owner's rights in ${subject}`, "loosens"),
      ...flag(was.leakproof, is.leakproof, `leakproof of ${subject}`, "loosens"),
      ...(is.definer ? flag(was.pinned, is.pinned, `a fixed search_path of ${subject}`, "tightens") : []),
      ...(was.body !== is.body && (is.inPolicy || (was.definer && is.definer))
        ? [both(`${subject} does something else, ${is.inPolicy ? "and policies call it" : "with its owner's rights"}`)]
        : []),
    ];
  return [];
}

function ofPolicy(subject: string, was: Guard | undefined, is: Guard | undefined, before: AccessState, after: AccessState): Change[] {
  const policy = is?.kind === "policy" ? is : was;
  if (policy?.kind !== "policy") return [];
  const table = before.guards.get(policy.table);
  // On a table that is new, or was open before, a policy takes nothing from anybody and gives nothing.
  if (was === undefined && (table?.kind !== "table" || !table.enabled)) return [];
  if (is === undefined && !after.guards.has(policy.table)) return [];
  if (was === undefined) return [{ effect: policy.permissive ? "loosens" : "tightens", what: `${subject}: new, ${told(policy)}` }];
  if (is === undefined) return [{ effect: policy.permissive ? "tightens" : "loosens", what: `${subject}: gone, was ${told(policy)}` }];
  if (was.kind !== "policy" || is.kind !== "policy" || told(was) === told(is)) return [];
  const what = `${subject}: was ${told(was)}, is ${told(is)}`;
  const sameButRoles = told({ ...was, roles: is.roles }) === told(is);
  const wider = is.roles.includes("public") || was.roles.every((role) => is.roles.includes(role));
  const narrower = was.roles.includes("public") || is.roles.every((role) => was.roles.includes(role));
  if (sameButRoles && wider !== narrower) return [{ effect: wider === is.permissive ? "loosens" : "tightens", what }];
  return [both(what)];
}

function told({ permissive, command, roles, using, check }: Guard & { kind: "policy" }): string {
  const clauses = [using === "" ? "" : ` using ${using}`, check === "" ? "" : ` with check ${check}`].join("");
  return `${permissive ? "permissive" : "restrictive"} for ${command} to ${[...roles].sort().join(", ")}${clauses}`;
}

function flag(was: boolean, is: boolean, what: string, whenOn: "tightens" | "loosens"): Change[] {
  if (was === is) return [];
  const opposite = whenOn === "tightens" ? "loosens" : "tightens";
  return [{ effect: is ? whenOn : opposite, what: `${what}: ${is ? "on" : "off"}` }];
}

function both(what: string): Change {
  return { effect: "both", what };
}
