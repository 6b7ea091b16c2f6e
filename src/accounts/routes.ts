import { Type } from "typebox";
import { ApprovalRequest } from "../access/approvals/contract.ts";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { Id, pageQuery } from "../http/contract.ts";
import { cursorParts, cursorText, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import { parseMoney } from "../money/money.ts";
import { proveFigure } from "../positions/proof.ts";
import type { Pool } from "../postgres/connect.ts";
import { type TenantTransaction, tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { EntryPage } from "../statements/contract.ts";
import { entriesOfAccount, entriesOfPartner } from "../statements/entries.ts";
import { todayOfTenant } from "../tenants/tenants.ts";
import { parseDay } from "../time/day.ts";
import { dayRange } from "../time/day-range.ts";
import { accountBalances, getAccount, listAccounts, listEntities } from "./accounts.ts";
import {
  Account,
  AccountBalances,
  AccountBalancesQuery,
  AccountChange,
  AccountEntriesQuery,
  AccountPage,
  AccountSearch,
  AccountsQuery,
  EntityPage,
  EntrySearch,
  FoundAccounts,
  NewAccount,
  Proof,
  ProofQuery,
} from "./contract.ts";
import { findAccounts } from "./find-accounts.ts";
import { changeAccount, registerAccount } from "./keep-accounts.ts";

const tags = ["accounts"];
const config = { access: "accounts:read" };
const byId = Type.Object({ id: Id });
const waits = "202 when a four-eyes rule wants another person: the last approval carries it out.";
const byName = [cursorParts.text, cursorParts.uuid];

export function accountRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/accounts",
    { config, schema: { tags, summary: "Accounts by name", querystring: AccountsQuery, response: { 200: AccountPage } } },
    async (request) => {
      const { limit, after, ...filter } = request.query;
      const page = pageRequest("accounts", request.query, byName);
      const found = await tenantRead(pool, contextOf(request), (tx) => listAccounts(tx, filter, page.request));
      return pageOfRows("accounts", found, page.shown);
    },
  );

  app.get(
    "/api/v1/accounts/:id",
    { config, schema: { tags, summary: "An account", params: byId, response: { 200: Account } } },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getAccount(tx, request.params.id)),
  );

  app.post(
    "/api/v1/accounts/search",
    {
      config,
      schema: {
        tags,
        summary: "Accounts by their number, or its last four characters",
        description: "Nothing is changed: a number is sent in a body because addresses stand in logs and histories.",
        body: AccountSearch,
        response: { 200: FoundAccounts },
      },
    },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), (tx) => findAccounts(tx, request.body.number)) }),
  );

  app.post(
    "/api/v1/entries/search",
    {
      config: { access: "statements:read" },
      schema: {
        tags,
        summary: "Entries by the partner's account number, newest first",
        description:
          "Of all accounts, or of one; then amounts and the number's last four characters serve too. Batches are found by the partners of their transactions. Nothing is changed.",
        body: EntrySearch,
        response: { 200: EntryPage },
      },
    },
    async (request) => {
      const { number, accountId, from, to, minAmount, maxAmount } = request.body;
      const page = pageRequest("entries", request.body, [cursorParts.day, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), async (tx) => {
        const amounts = await amountsIn(tx, accountId, minAmount, maxAmount);
        return entriesOfPartner(tx, number, { accountId, ...dayRange(from, to), ...amounts }, page.request);
      });
      return pageOfRows("entries", found, page.shown);
    },
  );

  app.post(
    "/api/v1/accounts",
    {
      config: { access: "accounts:write" },
      schema: {
        tags,
        summary: "Register an account, or make one's own what a statement has opened by itself",
        description: waits,
        body: NewAccount,
        response: { 201: Account, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const made = await tenantTransaction(pool, contextOf(request), (tx) => registerAccount(tx, request.body));
      return "done" in made ? reply.code(201).send(made.done) : reply.code(202).send(made.waiting);
    },
  );

  app.patch(
    "/api/v1/accounts/:id",
    {
      config: { access: "accounts:write" },
      schema: {
        tags,
        summary: "Change an account; what is not given stays",
        description: waits,
        params: byId,
        body: AccountChange,
        response: { 200: Account, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const changed = await tenantTransaction(pool, contextOf(request), (tx) => changeAccount(tx, request.params.id, request.body));
      return "done" in changed ? reply.send(changed.done) : reply.code(202).send(changed.waiting);
    },
  );

  app.get(
    "/api/v1/accounts/:id/entries",
    {
      config: { access: "statements:read" },
      schema: {
        tags,
        summary: "Entries of an account, newest first",
        params: byId,
        querystring: AccountEntriesQuery,
        response: { 200: EntryPage },
      },
    },
    async (request) => {
      const { from, to, basis, minAmount, maxAmount, text } = request.query;
      const page = pageRequest("entries", request.query, [cursorParts.day, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), async (tx) => {
        const filter = { ...dayRange(from, to), basis, text, ...(await amountsIn(tx, request.params.id, minAmount, maxAmount)) };
        return entriesOfAccount(tx, request.params.id, filter, page.request);
      });
      return pageOfRows("entries", found, page.shown);
    },
  );

  app.get(
    "/api/v1/accounts/:id/balances",
    {
      config: { access: "positions:read" },
      schema: {
        tags,
        summary: "The balance of an account, day by day",
        params: byId,
        querystring: AccountBalancesQuery,
        response: { 200: AccountBalances },
      },
    },
    async (request) => {
      const { from, to, basis } = request.query;
      const options = { from: parseDay(from), to: parseDay(to), basis };
      return tenantRead(pool, contextOf(request), (tx) => accountBalances(tx, request.params.id, options));
    },
  );

  app.get(
    "/api/v1/accounts/:id/proof",
    {
      config: { access: "positions:read" },
      schema: {
        tags,
        summary: "From a figure down to its seal, its statement, its entries and its file",
        description: "`entries` is the first page of the statement's entries; read on at /api/v1/statements/{id}/entries with its `next`.",
        params: byId,
        querystring: ProofQuery,
        response: { 200: Proof },
      },
    },
    async (request) => {
      const { day, knownAt, basis } = request.query;
      const { nextEntry, ...proof } = await tenantRead(pool, contextOf(request), async (tx) =>
        proveFigure(tx, request.params.id, { day: day === undefined ? await todayOfTenant(tx) : parseDay(day), knownAt, basis }),
      );
      const next = nextEntry === null ? null : cursorText("entries", nextEntry);
      return { ...proof, entries: { items: proof.entries.items, next } };
    },
  );

  app.get(
    "/api/v1/entities",
    {
      config,
      schema: {
        tags,
        summary: "Entities by name",
        querystring: Type.Object(pageQuery, { additionalProperties: false }),
        response: { 200: EntityPage },
      },
    },
    async (request) => {
      const page = pageRequest("entities", request.query, byName);
      const found = await tenantRead(pool, contextOf(request), (tx) => listEntities(tx, page.request));
      return pageOfRows("entities", found, page.shown);
    },
  );
}

/** Amounts are in the account's currency: without an account there are none to compare with. */
async function amountsIn(tx: TenantTransaction, accountId: string | undefined, minimum: string | undefined, maximum: string | undefined) {
  if (accountId === undefined) {
    if (minimum === undefined && maximum === undefined) return {};
    throw new Problem("invalid_input", "amounts of several currencies cannot be compared", { hint: "Give accountId, or no amounts." });
  }
  const { currency } = await getAccount(tx, accountId);
  const minor = (amount: string | undefined) => (amount === undefined ? undefined : parseMoney(amount, currency).minor);
  return { minMinor: minor(minimum), maxMinor: minor(maximum) };
}
