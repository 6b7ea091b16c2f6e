import { Type } from "typebox";
import { Problem } from "../errors/problem.ts";
import type { HttpApplication } from "../http/application.ts";
import { DayText, Id, Moment, pageQuery } from "../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../http/cursor.ts";
import { contextOf } from "../http/guard.ts";
import type { Pool } from "../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../postgres/transaction.ts";
import { parseDay } from "../time/day.ts";
import { sortInBackground, sortingEnded } from "./background.ts";
import {
  Category,
  CategoryCode,
  CategoryFlows,
  CategoryList,
  Correct,
  Corrected,
  CounterpartyPage,
  NewRule,
  PutCategory,
  Rule,
  RuleList,
  RuleTrial,
  RunList,
  TryRule,
} from "./contract.ts";
import { correctCategories } from "./corrections.ts";
import { searchCounterparties } from "./counterparties.ts";
import { addRule, changeRule, listRules, removeRule, tryRule } from "./rules.ts";
import { listRuns, requestRun } from "./run-list.ts";
import { flowsByCategory, listCategories, putCategory } from "./tree.ts";

const tags = ["categories"];
const read = { access: "cash-flows:read" };
const write = { access: "cash-flows:write" };
const byId = Type.Object({ id: Id });

/** Registered before those that take files: what they bring is sorted once they have answered. */
export function categoryRoutes(app: HttpApplication, pool: Pool): void {
  app.addHook("onResponse", async (request, reply) => {
    const brought = request.method === "POST" && reply.statusCode === 201 && /^\/api\/v1\/(statements|deliveries|bank)/.test(request.url);
    if (brought) sortInBackground(pool, request);
  });
  app.addHook("onClose", sortingEnded);
  app.get(
    "/api/v1/categories",
    { config: read, schema: { tags, summary: "The tree of liquidity items", response: { 200: CategoryList } } },
    async (request) => ({
      items: await tenantRead(pool, contextOf(request), listCategories),
    }),
  );

  app.put(
    "/api/v1/categories/:code",
    {
      config: write,
      schema: {
        tags,
        summary: "Make a category, or change what is given of it",
        params: Type.Object({ code: CategoryCode }),
        body: PutCategory,
        response: { 200: Category },
      },
    },
    async (request) => {
      const done = await tenantTransaction(pool, contextOf(request), (tx) => putCategory(tx, request.params.code, request.body));
      sortInBackground(pool, request);
      return done;
    },
  );

  app.get(
    "/api/v1/category-flows",
    {
      config: read,
      schema: {
        tags,
        summary: "Booked flows of a span by category and currency",
        querystring: Type.Object(
          { from: DayText, to: DayText, accountId: Type.Optional(Id), knownAt: Type.Optional(Moment) },
          { additionalProperties: false },
        ),
        response: { 200: CategoryFlows },
      },
    },
    async (request) => {
      const { accountId, knownAt } = request.query;
      const [from, to] = [parseDay(request.query.from), parseDay(request.query.to)];
      if (from > to) throw new Problem("invalid_input", `from ${from} to ${to} runs backwards`, { hint: "Give from before to." });
      return tenantRead(pool, contextOf(request), (tx) => flowsByCategory(tx, { from, to, accountId, knownAt }));
    },
  );

  app.put(
    "/api/v1/entry-categories",
    {
      config: write,
      schema: {
        tags,
        summary: "Correct the category of entries: locked, remembered, and a rule proposed",
        body: Correct,
        response: { 200: Corrected },
      },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => correctCategories(tx, request.body.ids, request.body.category)),
  );

  app.get(
    "/api/v1/counterparties",
    {
      config: read,
      schema: {
        tags,
        summary: "Counterparties whose name begins with a text, then those that contain it",
        querystring: Type.Object({ ...pageQuery, text: Type.Optional(Type.String({ maxLength: 200 })) }, { additionalProperties: false }),
        response: { 200: CounterpartyPage },
      },
    },
    async (request) => {
      const page = pageRequest("counterparties", request.query, [cursorParts.text]);
      const found = await tenantRead(pool, contextOf(request), (tx) => searchCounterparties(tx, request.query.text ?? "", page.request));
      return pageOfRows("counterparties", found, page.shown);
    },
  );
  ruleRoutes(app, pool);
}

function ruleRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/category-rules",
    { config: read, schema: { tags, summary: "Rules in the order they are asked", response: { 200: RuleList } } },
    async (request) => ({
      items: await tenantRead(pool, contextOf(request), listRules),
    }),
  );

  app.post(
    "/api/v1/category-rules/try",
    {
      config: read,
      schema: { tags, summary: "What a rule would do to the history; nothing is written", body: TryRule, response: { 200: RuleTrial } },
    },
    async (request) => tenantRead(pool, contextOf(request), (tx) => tryRule(tx, request.body)),
  );

  app.post(
    "/api/v1/category-rules",
    { config: write, schema: { tags, summary: "Add a rule; the history is sorted again", body: NewRule, response: { 201: Rule } } },
    async (request, reply) => {
      const made = await tenantTransaction(pool, contextOf(request), (tx) => addRule(tx, request.body));
      sortInBackground(pool, request);
      return reply.code(201).send(made);
    },
  );

  app.put(
    "/api/v1/category-rules/:id",
    {
      config: write,
      schema: { tags, summary: "Change a rule; the history is sorted again", params: byId, body: NewRule, response: { 200: Rule } },
    },
    async (request) => {
      const changed = await tenantTransaction(pool, contextOf(request), (tx) => changeRule(tx, request.params.id, request.body));
      sortInBackground(pool, request);
      return changed;
    },
  );

  app.delete(
    "/api/v1/category-rules/:id",
    {
      config: write,
      schema: { tags, summary: "Remove a rule; the history is sorted again", params: byId, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await tenantTransaction(pool, contextOf(request), (tx) => removeRule(tx, request.params.id));
      sortInBackground(pool, request);
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/api/v1/category-runs",
    { config: read, schema: { tags, summary: "How far the sorting is", response: { 200: RunList } } },
    async (request) => {
      // What a killed one or a bank's sync left is gone on with when somebody looks.
      sortInBackground(pool, request);
      return { items: await tenantRead(pool, contextOf(request), (tx) => listRuns(tx, 20)) };
    },
  );

  app.post(
    "/api/v1/category-runs",
    { config: write, schema: { tags, summary: "Sort the whole history again", response: { 202: RunList } } },
    async (request, reply) => {
      const items = await tenantTransaction(pool, contextOf(request), async (tx) => {
        await requestRun(tx);
        return listRuns(tx, 20);
      });
      sortInBackground(pool, request);
      return reply.code(202).send({ items });
    },
  );
}
