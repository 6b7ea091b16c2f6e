import { listPeople } from "../access/people.ts";
import { firstOpeningDay } from "../accounts/register-accounts.ts";
import { deliveries, type StatementDelivery } from "../banks/simulator/deliveries.ts";
import { simulate } from "../banks/simulator/simulate.ts";
import { sortWaiting } from "../categories/runs.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantContext, tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { importFile } from "../statements/import.ts";
import { createTenant, listTenants } from "../tenants/tenants.ts";
import { addDays, type Day } from "../time/day.ts";
import { type DemoCompany, demoCompanies } from "./demo-tenants.ts";
import { registerCompany } from "./masters.ts";
import { ensurePeople, ensureRequests, type KnownPerson } from "./people.ts";
import { importDemoRates } from "./rates.ts";

export interface DemoOptions {
  /** May open tenants. */
  readonly admin: Pool;
  /** Under row-level security, as everything that serves a tenant. */
  readonly app: Pool;
  /** Where the demo ends when it is made; one that was begun on another day keeps that. */
  readonly today: Day;
  /** Called after each file. */
  readonly progress?: (done: number, total: number, file: string) => void;
}

/** A demo tenant that is complete, and who signs in to it, the treasurer first. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly people: readonly KnownPerson[];
}

const days = 400;
const seed = "demo";

/**
 * Makes the demo tenants in an empty database, by importing statement files of simulated banks as a person would. What was begun and
 * interrupted is completed: the files are the same to the byte, so those that are already there change nothing. In a database that
 * has tenants of its own, none is added.
 */
export async function ensureDemo(options: DemoOptions): Promise<DemoTenant[]> {
  const present = new Set((await listTenants(options.admin)).map(({ id }) => id));
  const own = [...present].some((id) => demoCompanies.every(({ company }) => company.key !== id));
  const wanted = demoCompanies.filter(({ company }) => present.has(company.key) || !own);
  const tally = { done: 0, total: 0 };
  const made = await Promise.allSettled(wanted.map((demo) => ensureTenant(options, demo, present.has(demo.company.key), tally)));
  // All have ended: nothing goes on behind the back of a caller who got an error.
  return made.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

interface Tally {
  done: number;
  total: number;
}

async function ensureTenant(options: DemoOptions, demo: DemoCompany, present: boolean, tally: Tally): Promise<DemoTenant> {
  const { key: id, name } = demo.company;
  const context: TenantContext = { tenantId: id, actor: "apg demo" };
  if (!present) await createTenant(options.admin, { ...demo, id, name }, context.actor);
  // People are let in last: whoever finds one, finds the demo complete.
  const complete = present && (await tenantRead(options.app, context, listPeople)).length > 0;
  if (!complete) {
    await importHistory(options, context, demo, tally);
    await tenantTransaction(options.app, context, (tx) => importDemoRates(tx, demo, options.today, days));
    await sortWaiting(options.app, context);
  }
  const people = await ensurePeople(options.app, context, demo.people);
  if (!complete) await ensureRequests(options.app, context, demo, people, options.today);
  return { id, name, people };
}

async function importHistory(options: DemoOptions, context: TenantContext, demo: DemoCompany, tally: Tally): Promise<void> {
  const { company, faults } = demo;
  const from = await tenantTransaction(options.app, context, async (tx) => {
    const begun = await firstOpeningDay(tx);
    const first = begun ?? addDays(options.today, -days);
    if (begun === null) await registerCompany(tx, company, first, addDays(first, days));
    return first;
  });
  const files = [...deliveries(simulate({ seed, company, from, to: addDays(from, days), faults }))];
  tally.total += files.length;
  for (const file of files) {
    const { outcome, problems } = await importFile(options.app, context, sourceOf(file), { channel: "demo" });
    if (outcome === "refused") throw new Error(`the demo's own ${file.name} was refused: ${problems[0]?.message}`);
    tally.done += 1;
    options.progress?.(tally.done, tally.total, file.name);
  }
}

function sourceOf({ name, bytes }: StatementDelivery) {
  return {
    name,
    async *open() {
      yield bytes;
    },
  };
}
