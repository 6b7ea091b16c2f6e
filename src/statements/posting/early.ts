import { v7 as uuidv7 } from "uuid";
import type { TenantKeys } from "../../keys/tenant-keys.ts";
import { rows } from "../../postgres/rows.ts";
import type { TenantTransaction } from "../../postgres/transaction.ts";
import type { Day } from "../../time/day.ts";
import { monthStart } from "../windows.ts";
import { accountKey, lockAccounts, momentOfKnowledge, resolveAccounts } from "./accounts.ts";
import type { Intake, StatementDraft, TakenRows } from "./intake.ts";
import type { Planned } from "./plan.ts";
import { postDetails, postEntries } from "./queries.ts";
import { numberTwins } from "./staged-queries.ts";
import { keepSums } from "./staging.ts";
import { type StatementTerms, termsOf } from "./terms.ts";

/**
 * A long statement of days that nobody has spoken of is news whatever its entries say, so they are posted while the rest of it is
 * still being parsed: server and parser then work side by side. The plan, made when all is read, must agree; when it does not
 * (another statement of the same file speaks of the same days), the import starts again without this.
 */
export class EarlyPoster {
  posted: EarlyPosted | null = null;
  #terms: StatementTerms | null = null;
  #accountId = "";
  #known: Day | null = null;
  #postedThrough: Day | null = null;
  #ensured: { from: Day; to: Day } | null = null;
  #batches = 0;
  #twins = 0;
  #declined = new Set<number>();
  readonly #tx: TenantTransaction;
  readonly #keys: TenantKeys;
  readonly #intake: Intake;

  constructor(tx: TenantTransaction, keys: TenantKeys, intake: Intake) {
    this.#tx = tx;
    this.#keys = keys;
    this.#intake = intake;
  }

  /** Called when rows have been staged: posts them once they are enough. */
  async staged(upTo: TakenRows): Promise<void> {
    this.#batches += upTo.batches;
    this.#twins += upTo.twins;
    if (this.#intake.refused || upTo.ordinal < batch) return;
    if (this.posted === null) await this.#begin(upTo.stmt);
    if (this.posted?.stmt === upTo.stmt && upTo.ordinal - this.posted.ordinal >= batch) await this.#post(this.posted, upTo.ordinal);
  }

  async #begin(stmt: number): Promise<void> {
    const draft = this.#intake.drafts[stmt - 1];
    if (draft === undefined || this.#declined.has(stmt)) return;
    this.#declined.add(stmt);
    const terms = eligibleTerms(draft, this.#intake.drafts);
    if (terms === null) return;
    const { accounts } = await resolveAccounts(this.#tx, this.#keys, [terms]);
    this.#accountId = accounts.get(accountKey(terms))?.id ?? "";
    await lockAccounts(this.#tx, [this.#accountId]);
    this.#known = await lastKnownDay(this.#tx, this.#accountId);
    if (this.#known !== null && this.#known >= terms.periodFrom) return;
    this.#terms = terms;
    this.posted = { stmt, statementId: uuidv7(), ordinal: 0, recordedAt: await momentOfKnowledge(this.#tx) };
  }

  async #post(posted: EarlyPosted, ordinal: number): Promise<void> {
    const terms = this.#terms as StatementTerms;
    const days = await daysBetween(this.#tx, posted, ordinal, terms);
    if (days.some(({ day }) => this.#known !== null && day <= this.#known)) throw new EarlyMisjudged();
    const from = days.reduce((least, { first }) => (first < least ? first : least), terms.periodTo);
    const to = days.reduce((most, { last }) => (last > most ? last : most), terms.periodFrom);
    await this.#ensureDays(from, to);
    const news = days.map(({ day }) => ({
      stmt: posted.stmt,
      day,
      statementId: posted.statementId,
      accountId: this.#accountId,
      periodFrom: terms.periodFrom,
      periodTo: terms.periodTo,
      proven: true,
      after: posted.ordinal,
      until: ordinal,
    }));
    if (this.#twins > 0) await numberTwins(this.#tx, news);
    await postEntries(this.#tx, news, this.#postedThrough, from, to, posted.recordedAt);
    if (this.#postedThrough === null || to > this.#postedThrough) this.#postedThrough = to;
    if (this.#batches > 0) await postDetails(this.#tx, posted.stmt, posted.ordinal);
    this.#batches = 0;
    this.#twins = 0;
    // Behind a first statement nothing else can be staged.
    if (posted.stmt === 1) await keepSums(this.#tx);
    this.posted = { ...posted, ordinal };
  }

  async #ensureDays(from: Day, to: Day): Promise<void> {
    if (this.#ensured !== null && from >= this.#ensured.from && to <= this.#ensured.to) return;
    await rows(this.#tx, "select cash_management.ensure_days($1, $2)", [from, to]);
    this.#ensured = { from: monthStart(from, 0), to };
  }
}

/** What was posted early: entries 1 to `ordinal` of the statement `stmt` of the file. */
export interface EarlyPosted {
  readonly stmt: number;
  readonly statementId: string;
  readonly ordinal: number;
  readonly recordedAt: string;
}

/** Early posting was wrong about a statement; nothing of it stays. */
export class EarlyMisjudged extends Error {}

/** @throws EarlyMisjudged when the plan would not have posted what was posted */
export function confirmEarly(planned: readonly Planned[], early: EarlyPosted | null): void {
  if (early === null || early.ordinal === 0) return;
  const outcome = planned.find((one) => one.candidate.terms.draft.ordinal === early.stmt);
  if (outcome === undefined || outcome.verdict !== "post" || outcome.posted.length !== outcome.candidate.days.length)
    throw new EarlyMisjudged();
}

/** Entries to have before a batch is worth its statements. */
const batch = 4_000;

/** Only a statement with both balances ahead of its entries, and the first of its account in the file, can be foreseen. */
function eligibleTerms(draft: StatementDraft, drafts: readonly StatementDraft[]): StatementTerms | null {
  const both = ["OPBD", "CLBD"].every((type) => draft.balances.some((balance) => balance.type === type && balance.date !== null));
  if (draft.header.kind !== "statement" || !both) return null;
  const terms = termsOf(draft);
  if ("code" in terms) return null;
  const firstOfAccount = drafts.find((other) => other.header.account.id === draft.header.account.id);
  return firstOfAccount === draft ? terms : null;
}

async function lastKnownDay(tx: TenantTransaction, accountId: string): Promise<Day | null> {
  const [row] = await rows<{ day: Day | null }>(
    tx,
    "select max(day) as day from cash_management.cm_statement_days where tenant_id = $1 and account_id = $2 and superseded_at is null",
    [tx.tenantId, accountId],
  );
  return row?.day ?? null;
}

function daysBetween(
  tx: TenantTransaction,
  posted: EarlyPosted,
  ordinal: number,
  { periodFrom, periodTo }: StatementTerms,
): Promise<{ day: Day; first: Day; last: Day }[]> {
  return rows(
    tx,
    `select least(greatest(booking_date, $5::date), $4::date) as day, min(booking_date) as first, max(booking_date) as last
     from pg_temp.staged_entries
     where stmt = $1 and ordinal > $2 and ordinal <= $3
     group by 1`,
    [posted.stmt, posted.ordinal, ordinal, periodTo, periodFrom],
  );
}
