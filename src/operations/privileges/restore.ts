/** The statements that bring one difference back to what was committed. Subjects are spelled as PostgreSQL spells them. */

type Kind = "gained" | "lost";

const words: Readonly<Record<string, string>> = {
  r: "select",
  a: "insert",
  w: "update",
  d: "delete",
  D: "truncate",
  x: "references",
  t: "trigger",
  m: "maintain",
  X: "execute",
  U: "usage",
  C: "create",
  c: "connect",
  T: "temporary",
  s: "set",
  A: "alter system",
};

export function changePrivilege(kind: Kind, subject: string, role: string, privilege: string): string | null {
  const [, letter = "", star, columns] = /^(.)(\*)?(\(.*\))?$/.exec(privilege) ?? [];
  const word = words[letter];
  if (word === undefined) return null;
  const what = `${word}${columns === undefined ? "" : ` ${columns}`}`;
  if (subject.startsWith("partitions of "))
    return everyPartition(subject.slice("partitions of ".length), `${verb(kind)} ${what} on table %s ${preposition(kind)} ${role}`);
  const target = targetOf(subject);
  if (target === null)
    return `do $$ begin execute format('${verb(kind)} ${what} on database %I ${preposition(kind)} ${role}', current_database()); end $$;`;
  if (star !== undefined && kind === "lost") return `grant ${what} on ${target} to ${role} with grant option;`;
  return `${verb(kind)} ${what} on ${target} ${preposition(kind)} ${role}${kind === "gained" ? " cascade" : ""};`;
}

/** An attribute such as `bypassrls`, or a membership such as `in:apg_readonly`. */
export function changeMembership(kind: Kind, role: string, held: string): string {
  const [, group, admin] = /^in:(.*?)(\(admin\))?$/.exec(held) ?? [];
  if (group !== undefined) {
    const withAdmin = admin === undefined ? "" : " with admin option";
    return kind === "gained" ? `revoke ${group} from ${role};` : `grant ${group} to ${role}${withAdmin};`;
  }
  // Login and nologin are both spelled out: what was gained goes when the other is brought back.
  if (kind === "gained") return `alter role ${role} ${held.startsWith("no") ? held.slice(2) : `no${held}`};`;
  return `alter role ${role} ${held};`;
}

/** `default tables of cm_owner in audit`. */
export function changeDefault(kind: Kind, subject: string, role: string, letters: string): string | null {
  const [, objects, owner, place] = /^default (\w+) of (\S+?)( in \S+)?$/.exec(subject) ?? [];
  const word = words[letters.charAt(0)];
  if (word === undefined) return null;
  const scope = `for role ${owner}${place === undefined ? "" : ` in schema ${place.slice(" in ".length)}`}`;
  return `alter default privileges ${scope} ${verb(kind)} ${word} on ${objects} ${preposition(kind)} ${role};`;
}

export function alterOwner(subject: string, owner: string): string | null {
  if (owner === "superuser") return null;
  if (subject.startsWith("partitions of "))
    return everyPartition(subject.slice("partitions of ".length), `alter table %s owner to ${owner}`);
  const target = targetOf(subject);
  return target === null ? null : `alter ${target} owner to ${owner};`;
}

export function alterSecurity(subject: string, definer: boolean): string {
  return `alter ${subject} security ${definer ? "definer" : "invoker"};`;
}

// Grant takes a view for a table; the same word serves "alter".
function targetOf(subject: string): string | null {
  if (subject === "database") return null;
  return subject.replace(/^view /, "table ");
}

function everyPartition(parent: string, statement: string): string {
  return `do $$ declare part regclass; begin
  for part in select relid from pg_partition_tree('${parent}') where parentrelid is not null loop
    execute format('${statement}', part);
  end loop;
end $$;`;
}

function verb(kind: Kind): string {
  return kind === "gained" ? "revoke" : "grant";
}

function preposition(kind: Kind): string {
  return kind === "gained" ? "from" : "to";
}
