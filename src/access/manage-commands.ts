import { type Command, Option } from "commander";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import type { CommandContext } from "../terminal/command.ts";
import { print, printJson, printTable } from "../terminal/output.ts";
import type { Guarded } from "./approvals/approvals.ts";
import { type Role, roles, type Scope, scopes } from "./contract.ts";
import { changePerson, endSessionsOfPerson } from "./manage-people.ts";
import { personByEmail } from "./people.ts";
import { permissionsOfRole, permissionsOfScope } from "./permissions.ts";
import { ownSessions } from "./sessions.ts";
import { ofTenant, type TenantFlags, tenantCommand } from "./tenant-commands.ts";

interface PersonFlags extends TenantFlags {
  readonly email: string;
  readonly role: Role;
  readonly end?: true;
}

/** `apg access person role|disable|enable|sessions` */
export function mountManagePersonCommands(group: Command, context: CommandContext): void {
  const ofPerson = (name: string, description: string) =>
    tenantCommand(group, name, description).requiredOption("--email <address>", "whose");

  ofPerson("role", "give a person another role; their sessions end")
    .addOption(new Option("--role <role>", "what they may do from now on").choices(roles).makeOptionMandatory())
    .action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        const changed = await tenantTransaction(database.app, tenant, async (tx) =>
          changePerson(tx, (await personByEmail(tx, flags.email)).id, { role: flags.role }),
        );
        told(changed, flags, (person) => `${person.email} is ${person.role} now.`);
      }),
    );
  for (const [name, disabled, description, words] of [
    ["disable", true, "let a person out; their sessions end at once", "may no longer come in."],
    ["enable", false, "let a person in again", "may come in again."],
  ] as const)
    ofPerson(name, description).action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        const changed = await tenantTransaction(database.app, tenant, async (tx) =>
          changePerson(tx, (await personByEmail(tx, flags.email)).id, { disabled }),
        );
        told(changed, flags, (person) => `${person.email} ${words}`);
      }),
    );
  ofPerson("sessions", "where a person is signed in; with --end they are signed out")
    .option("--end", "end all of them")
    .action(
      ofTenant<PersonFlags>(context, async ({ database }, tenant, flags) => {
        if (flags.end === true) {
          const ended = await tenantTransaction(database.app, tenant, async (tx) =>
            endSessionsOfPerson(tx, (await personByEmail(tx, flags.email)).id),
          );
          return flags.json === true ? printJson(ended) : print(`${flags.email}: sessions ended: ${ended.ended}`);
        }
        const found = await tenantRead(database.app, tenant, async (tx) =>
          ownSessions(tx, (await personByEmail(tx, flags.email)).id, Buffer.alloc(32)),
        );
        if (flags.json === true) return printJson(found.map(({ current: _, ...session }) => session));
        printTable(
          ["began", "last seen", "ends", "by", "browser"].map((title) => ({ title })),
          found.map((session) => [
            session.startedAt,
            session.lastSeenAt ?? "-",
            session.expiresAt,
            session.method,
            session.browser?.slice(0, 60) ?? "-",
          ]),
        );
      }),
    );
}

/** `apg access roles`: the whole matrix, of roles and of what keys may be given. */
export function mountRolesCommand(access: Command): void {
  access
    .command("roles")
    .description("what each role of a person and each scope of a key allows")
    .option("--json", "as JSON")
    .action((flags: { json?: true }) => {
      if (flags.json === true) return printJson({ roles: permissionsOfRole, scopes: permissionsOfScope });
      const permissions = [...new Set(Object.values(permissionsOfRole).flat())].sort();
      printTable(
        ["permission", ...roles].map((title) => ({ title })),
        permissions.map((permission) => [permission, ...roles.map((role) => (permissionsOfRole[role].includes(permission) ? "yes" : "-"))]),
      );
      print();
      printTable(
        ["scope of a key", "allows"].map((title) => ({ title })),
        scopes.map((scope: Scope) => [scope, permissionsOfScope[scope].join(" ")]),
      );
    });
}

/** What was done, or the request that now waits; that is an answer too, and the exit code says which: 1, not yet. */
export function told<T>(outcome: Guarded<T>, flags: { readonly json?: true }, words: (done: T) => string): void {
  if ("done" in outcome) {
    if (flags.json === true) printJson(outcome.done);
    else print(words(outcome.done));
    return;
  }
  process.exitCode = 1;
  if (flags.json === true) {
    printJson(outcome.waiting);
    return;
  }
  const { id, approvalsNeeded, approverRole, expiresAt } = outcome.waiting;
  print(
    `It waits for ${approvalsNeeded === 1 ? `somebody who is ${approverRole}` : `${approvalsNeeded} people who are ${approverRole}`}: request ${id}, until ${expiresAt}.`,
  );
}
