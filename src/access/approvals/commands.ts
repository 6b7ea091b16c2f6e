import { type Command, Option } from "commander";
import { Problem } from "../../errors/problem.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { type CommandContext, commandGroup, type OpenForCommand } from "../../terminal/command.ts";
import { print, printJson, printTable } from "../../terminal/output.ts";
import { told } from "../manage-commands.ts";
import { getRules, setRules } from "../rules.ts";
import { endSession } from "../sessions.ts";
import { signIn } from "../sign-in.ts";
import { ofTenant, secretOfStdin, type TenantFlags, tenantCommand, uuidOf } from "../tenant-commands.ts";
import { addPolicy, breakGlass, endPolicy, getApproval, listApprovals, listPolicies } from "./approvals.ts";
import { decideAndCarryOut, type Executors } from "./carry-out.ts";
import { type ApprovalPolicy, approverRoles, type NewApprovalPolicy, ruledKinds } from "./contract.ts";
import { makeLinkCode } from "./link-codes.ts";

interface DecisionFlags extends TenantFlags {
  readonly email: string;
  readonly reason?: string;
}

/** `apg access approvals list|approve|refuse|code` */
export function mountApprovalCommands(access: Command, context: CommandContext, executors: Executors): void {
  const group = commandGroup(access, "approvals", "requests that wait for another person");
  tenantCommand(group, "list", "requests, newest first")
    .option("--all", "those that were decided too")
    .action(
      ofTenant<TenantFlags & { all?: true }>(context, async ({ database }, tenant, flags) => {
        const filter = flags.all === true ? {} : { state: "open" as const };
        const found = await tenantRead(database.app, tenant, (tx) => listApprovals(tx, filter));
        if (flags.json === true) return printJson(found);
        printTable(
          ["id", "kind", "about", "amount", "asked by", "state", "approvals", "until"].map((title) => ({ title })),
          found.map((request) => [
            request.id,
            request.kind,
            request.subject,
            request.amount === null ? "-" : `${request.amount} ${request.currency}`,
            request.requestedByName ?? request.requestedBy,
            request.state,
            `${request.decisions.filter(({ decision }) => decision === "approved").length} of ${request.approvalsNeeded}`,
            request.expiresAt.slice(0, 16),
          ]),
        );
      }),
    );
  for (const [name, decision, description] of [
    ["approve", "approved", "approve a request as a person, who proves it by their password"],
    ["refuse", "rejected", "refuse a request as a person, who proves it by their password"],
  ] as const)
    tenantCommand(group, name, description)
      .argument("<id>", "as apg access approvals list shows it")
      .requiredOption("--email <address>", "who decides")
      .requiredOption("--password-stdin", "their password, from standard input: an operator decides for nobody")
      .option("--reason <words>", "why; a refusal needs one")
      .action((id: string, flags: DecisionFlags, command: Command) =>
        ofTenant<DecisionFlags>(context, async (open) => {
          const request = uuidOf(id, "request", "apg access approvals list");
          const decided = await asPerson(open, flags, await secretOfStdin("password"), (actor) =>
            decideAndCarryOut(open.database.app, { tenantId: flags.tenant, actor }, executors, request, decision, flags.reason),
          );
          if (flags.json === true) printJson(decided);
          else print(`Request ${decided.id} is ${decided.state}.`);
          if (flags.json !== true && decided.code !== null) print(codeWords(decided.subject, decided.code));
        })(flags, command),
      );
  tenantCommand(group, "code", "make another code for the sign-in link of whom you approved; the one before is of no use then")
    .argument("<id>", "as apg access approvals list --all shows it")
    .requiredOption("--email <address>", "who approved")
    .requiredOption("--password-stdin", "their password, from standard input")
    .action((id: string, flags: DecisionFlags, command: Command) =>
      ofTenant<DecisionFlags>(context, async (open) => {
        const request = uuidOf(id, "request", "apg access approvals list");
        const made = await asPerson(open, flags, await secretOfStdin("password"), (actor) =>
          tenantTransaction(open.database.app, { tenantId: flags.tenant, actor }, async (tx) => ({
            code: await makeLinkCode(tx, request),
            subject: (await getApproval(tx, request)).subject,
          })),
        );
        if (flags.json === true) printJson(made);
        else print(codeWords(made.subject, made.code));
      })(flags, command),
    );
}

function codeWords(subject: string, code: string): string {
  return `\n${code}\n\nTell this code to ${subject} yourself, not to who asked: they need it beside the sign-in link. It is not shown again.`;
}

/** Signs in as the pages do, throttled and counted, for one decision. */
async function asPerson<T>(
  { database }: OpenForCommand,
  { tenant, email }: DecisionFlags,
  password: string,
  work: (actor: string) => Promise<T>,
): Promise<T> {
  const signedIn = await signIn(database, { email, password, tenant, userAgent: "apg access approvals" });
  if ("choose" in signedIn) throw new Problem("sign_in_refused", "the tenant is not clear");
  const { token, identity } = signedIn.session;
  try {
    return await work(`person:${identity.id}`);
  } finally {
    await endSession(database, token);
  }
}

interface RuleFlags extends TenantFlags {
  readonly sessionHours?: string;
  readonly idleMinutes?: string;
  readonly keyDefaultDays?: string;
  readonly keyMaxDays?: string;
  readonly passwords?: "allowed" | "refused";
  readonly kind: NewApprovalPolicy["kind"];
  readonly above?: string;
  readonly currency?: string;
  readonly approvals?: string;
  readonly by?: (typeof approverRoles)[number];
  readonly hours?: string;
  readonly breakGlass?: true;
}

/** `apg access policy show|set|require|end` */
export function mountPolicyCommands(access: Command, context: CommandContext): void {
  const group = commandGroup(access, "policy", "rules of a tenant: sessions, keys, and what needs another person");
  tenantCommand(group, "show", "what holds").action(
    ofTenant(context, async ({ database }, tenant, flags) => {
      const [rules, policies] = await tenantRead(database.app, tenant, async (tx) => [await getRules(tx), await listPolicies(tx)] as const);
      const inForce = policies.filter(({ endedAt }) => endedAt === null);
      if (flags.json === true) return printJson({ rules, fourEyes: inForce });
      print(`A session lasts ${rules.sessionHours} h, and ${rules.sessionIdleMinutes} min without a request.`);
      print(
        `A key lasts ${rules.keyDefaultDays} days, ${rules.keyMaxDays} at most. Passwords are ${rules.passwordSignIn ? "allowed" : "refused"}.\n`,
      );
      printTable(
        ["id", "needs another person", "above", "approvals", "by", "waits"].map((title) => ({ title })),
        inForce.map((policy) => [
          policy.id,
          policy.kind,
          policy.above === null ? "any" : `${policy.above} ${policy.currency}`,
          String(policy.approvalsNeeded),
          policy.approverRole,
          `${policy.expiresAfterHours} h`,
        ]),
      );
    }),
  );
  tenantCommand(group, "set", "change how long sessions and keys live")
    .option("--session-hours <number>", "1 to 168")
    .option("--idle-minutes <number>", "5 to 1440")
    .option("--key-default-days <number>", "1 to 730")
    .option("--key-max-days <number>", "1 to 730")
    .addOption(new Option("--passwords <word>", "whether people may sign in by password").choices(["allowed", "refused"]))
    .action(
      ofTenant<RuleFlags>(context, async ({ database }, tenant, flags) => {
        const given = {
          sessionHours: numberOf(flags.sessionHours, "--session-hours"),
          sessionIdleMinutes: numberOf(flags.idleMinutes, "--idle-minutes"),
          keyDefaultDays: numberOf(flags.keyDefaultDays, "--key-default-days"),
          keyMaxDays: numberOf(flags.keyMaxDays, "--key-max-days"),
          passwordSignIn: flags.passwords === undefined ? undefined : flags.passwords === "allowed",
        };
        const change = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
        if (Object.keys(change).length === 0)
          throw new Problem("invalid_input", "nothing is to be changed", { hint: "Give --session-hours, say; --help lists the flags." });
        told(await tenantTransaction(database.app, tenant, (tx) => setRules(tx, change)), flags, () => "The rules hold from now on.");
      }),
    );
  tenantCommand(group, "require", "add a four-eyes rule")
    .addOption(new Option("--kind <kind>", "what needs another person").choices(ruledKinds).makeOptionMandatory())
    .option("--above <amount>", "only above this amount, with --currency")
    .option("--currency <code>", "of --above")
    .addOption(new Option("--approvals <number>", "how many people").choices(["1", "2", "3"]).default("1"))
    .addOption(new Option("--by <role>", "who approves").choices(approverRoles).default("approver"))
    .option("--hours <number>", "how long a request waits", "72")
    .action(
      ofTenant<RuleFlags>(context, async ({ database }, tenant, flags) => {
        const wanted: NewApprovalPolicy = {
          kind: flags.kind,
          approvalsNeeded: Number(flags.approvals ?? 1),
          approverRole: flags.by ?? "approver",
          expiresAfterHours: numberOf(flags.hours, "--hours") ?? 72,
          ...(flags.above === undefined ? {} : { above: flags.above }),
          ...(flags.currency === undefined ? {} : { currency: flags.currency }),
        };
        const done: ApprovalPolicy = await tenantTransaction(database.app, tenant, (tx) => addPolicy(tx, wanted));
        told({ done }, flags, ({ id }) => `The rule ${id} holds from now on.`);
      }),
    );
  tenantCommand(group, "end", "end a four-eyes rule, with the approvals it asks for itself")
    .argument("<id>", "as apg access policy show shows it")
    .option("--break-glass", "without its approvals, as the database's administrator; the trail shows that login")
    .action((id: string, flags: RuleFlags, command: Command) =>
      ofTenant<RuleFlags>(context, async ({ database }, tenant) => {
        const rule = uuidOf(id, "rule", "apg access policy show");
        const ended =
          flags.breakGlass === true
            ? { done: await tenantTransaction(database.admin, tenant, (tx) => breakGlass(tx, rule)) }
            : await tenantTransaction(database.app, tenant, (tx) => endPolicy(tx, rule));
        told(ended, flags, () => `The rule ${rule} has ended.`);
      })(flags, command),
    );
}

function numberOf(given: string | undefined, flag: string): number | undefined {
  if (given === undefined) return undefined;
  if (/^\d{1,6}$/.test(given)) return Number(given);
  throw new Problem("invalid_input", `"${given}" is not a whole number`, { hint: `Write ${flag} as digits.` });
}
