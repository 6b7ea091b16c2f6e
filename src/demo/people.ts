import { requestApiKey } from "../access/api-keys.ts";
import { addPolicy, listPolicies } from "../access/approvals/approvals.ts";
import type { Role } from "../access/contract.ts";
import { createPerson, listPeople } from "../access/people.ts";
import { listAccounts } from "../accounts/accounts.ts";
import { registerAccount } from "../accounts/keep-accounts.ts";
import { enterFlow } from "../cash-flows/keep-flows.ts";
import { exponentOf, minorText } from "../money/money.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, type TenantTransaction, tenantTransaction } from "../postgres/transaction.ts";
import { addDays, type Day } from "../time/day.ts";
import type { DemoCompany, DemoPerson } from "./demo-tenants.ts";

export interface KnownPerson extends DemoPerson {
  readonly id: string;
}

/** Lets in who is missing; answers all of the demo, in its order. */
export async function ensurePeople(app: Pool, context: TenantContext, wanted: readonly DemoPerson[]): Promise<KnownPerson[]> {
  return tenantTransaction(app, context, async (tx) => {
    const known = new Map((await listPeople(tx)).map(({ email, id }) => [email, id]));
    const people: KnownPerson[] = [];
    for (const person of wanted) people.push({ ...person, id: known.get(person.email) ?? (await createPerson(tx, person)).id });
    return people;
  });
}

const waitingHours = 31 * 24;

/** Four-eyes rules, and deeds of the demo's people that wait under them: so that there is something to approve, and to refuse. */
export async function ensureRequests(
  app: Pool,
  context: TenantContext,
  demo: DemoCompany,
  people: readonly KnownPerson[],
  today: Day,
): Promise<void> {
  const currency = demo.reportingCurrency;
  await tenantTransaction(app, context, async (tx) => {
    if ((await listPolicies(tx)).length > 0) return;
    for (const kind of ["account_master", "api_key"] as const) await addPolicy(tx, { kind, expiresAfterHours: waitingHours });
    const above = minorText(50_000n * 10n ** BigInt(exponentOf(currency)), exponentOf(currency));
    await addPolicy(tx, { kind: "cash_flow", above, currency, expiresAfterHours: waitingHours });
  });
  const by = <T>(role: Role, work: (tx: TenantTransaction) => Promise<T>) => {
    const person = people.find((one) => one.role === role);
    return tenantTransaction(app, { ...context, actor: `person:${person?.id}` }, work);
  };
  const administrator = people.find(({ role }) => role === "administrator")?.id;
  await by("administrator", (tx) =>
    requestApiKey(tx, { name: "ERP: statements in", scopes: ["statements:import", "statements:read"], createdBy: administrator }),
  );
  await by("administrator", (tx) => registerAccount(tx, { name: "Escrow, new plant", currency, iban: demo.newAccount }));
  await by("analyst", async (tx) => {
    const accounts = await listAccounts(tx, { currency }, { limit: 1, after: null });
    const accountId = accounts[0]?.item.id;
    if (accountId === undefined) return;
    const amount = minorText(-180_000n * 10n ** BigInt(exponentOf(currency)), exponentOf(currency));
    await enterFlow(tx, { accountId, amount, day: addDays(today, 14), certainty: 40, text: "Advance payment, press line" });
  });
}
