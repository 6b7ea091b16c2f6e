import { Type } from "typebox";
import { ApprovalRequest } from "../../access/approvals/contract.ts";
import { Problem } from "../../errors/problem.ts";
import type { HttpApplication } from "../../http/application.ts";
import { Id, record } from "../../http/contract.ts";
import { cursorParts, pageOfRows, pageRequest } from "../../http/cursor.ts";
import { contextOf } from "../../http/guard.ts";
import type { Pool } from "../../postgres/connect.ts";
import { tenantRead, tenantTransaction } from "../../postgres/transaction.ts";
import { acknowledgeAlert, listAlerts } from "./alerts.ts";
import { addConnection, changeConnection, getConnection, listConnections, removeConnection } from "./connections.ts";
import {
  Alert,
  AlertList,
  AlertsQuery,
  BankConnection,
  BankConnectionChange,
  BankConnectionList,
  BankFile,
  BankFileList,
  BankFilesQuery,
  BankJob,
  BankJobList,
  ConnectionTest,
  ConnectionTestAnswer,
  NewBankConnection,
} from "./contract.ts";
import { dismissFile, listFiles, retryFile } from "./files.ts";
import { getJob, listJobs, requestSync } from "./jobs.ts";
import type { SyncSurroundings } from "./sync.ts";
import { testConnection } from "./test-connection.ts";

const tags = ["banks"];
const read = { access: "accounts:read" };
const configure = { access: "accounts:write" };
const operate = { access: "statements:write" };
const byId = Type.Object({ id: Id });
const Removed = record("RemovedBankConnection", { id: Id, name: Type.String() });

export function connectionRoutes(app: HttpApplication, pool: Pool, surroundings: SyncSurroundings | null): void {
  configurationRoutes(app, pool);
  operationRoutes(app, pool, surroundings);
  fileRoutes(app, pool);
  alertRoutes(app, pool);
}

/** No Idempotency-Key where credentials come in: a stored digest of the request would be made from them. */
function configurationRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/bank-connections",
    { config: read, schema: { tags, summary: "Bank connections with their state", response: { 200: BankConnectionList } } },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), listConnections) }),
  );

  app.get(
    "/api/v1/bank-connections/:id",
    { config: read, schema: { tags, summary: "A bank connection", params: byId, response: { 200: BankConnection } } },
    async (request) => tenantRead(pool, contextOf(request), (tx) => getConnection(tx, request.params.id)),
  );

  app.post(
    "/api/v1/bank-connections",
    {
      config: configure,
      schema: {
        tags,
        summary: "Connect a bank",
        description: "Credentials are stored encrypted and never shown again.",
        body: NewBankConnection,
        response: { 201: BankConnection, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const made = await tenantTransaction(pool, contextOf(request), (tx) => addConnection(tx, request.body));
      return "done" in made ? reply.code(201).send(made.done) : reply.code(202).send(made.waiting);
    },
  );

  app.patch(
    "/api/v1/bank-connections/:id",
    {
      config: configure,
      schema: {
        tags,
        summary: "Change a bank connection",
        description: "What is left out stays, credentials too. Another host forgets the pinned key.",
        params: byId,
        body: BankConnectionChange,
        response: { 200: BankConnection, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const changed = await tenantTransaction(pool, contextOf(request), (tx) => changeConnection(tx, request.params.id, request.body));
      if ("done" in changed) return changed.done;
      return reply.code(202).send(changed.waiting);
    },
  );

  app.delete(
    "/api/v1/bank-connections/:id",
    {
      config: configure,
      schema: {
        tags,
        summary: "Remove a bank connection and its credentials; what came this way stays",
        params: byId,
        response: { 200: Removed, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      const removed = await tenantTransaction(pool, contextOf(request), (tx) => removeConnection(tx, request.params.id));
      if ("done" in removed) return removed.done;
      return reply.code(202).send(removed.waiting);
    },
  );
}

function operationRoutes(app: HttpApplication, pool: Pool, surroundings: SyncSurroundings | null): void {
  app.post(
    "/api/v1/bank-connections/:id/test",
    {
      config: configure,
      schema: {
        tags,
        summary: "Try a bank connection: reach it, compare its key, sign in, list",
        description: "On first contact the answer shows the server's key; send that fingerprint as confirmHostKey to pin it.",
        params: byId,
        body: ConnectionTest,
        response: { 200: ConnectionTestAnswer, 202: ApprovalRequest },
      },
    },
    async (request, reply) => {
      if (surroundings === null) throw new Problem("invalid_input", "this server speaks to no banks", { hint: "Use apg bank test." });
      const tested = await testConnection(pool, contextOf(request), request.params.id, surroundings, request.body.confirmHostKey);
      return "done" in tested ? tested.done : reply.code(202).send(tested.waiting);
    },
  );

  app.post(
    "/api/v1/bank-connections/:id/sync",
    {
      config: operate,
      schema: { tags, summary: "Sync now: the job that does it, or that is at it already", params: byId, response: { 202: BankJob } },
    },
    async (request, reply) => {
      const job = await tenantTransaction(pool, contextOf(request), async (tx) => {
        const connection = await getConnection(tx, request.params.id);
        if (connection.kind === "upload")
          throw new Problem("invalid_input", `files of ${connection.name} are brought, not fetched`, { hint: "There is nothing to sync." });
        return getJob(tx, await requestSync(tx, connection.id));
      });
      return reply.code(202).send(job);
    },
  );

  app.get(
    "/api/v1/bank-connections/:id/jobs",
    { config: read, schema: { tags, summary: "Syncs of a connection, newest first", params: byId, response: { 200: BankJobList } } },
    async (request) => ({
      items: await tenantRead(pool, contextOf(request), async (tx) => {
        await getConnection(tx, request.params.id);
        return listJobs(tx, request.params.id);
      }),
    }),
  );
}

function fileRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/bank-connections/:id/files",
    {
      config: { access: "statements:read" },
      schema: {
        tags,
        summary: "Files of a connection, newest first",
        params: byId,
        querystring: BankFilesQuery,
        response: { 200: BankFileList },
      },
    },
    async (request) => {
      const page = pageRequest("bank-files", request.query, [cursorParts.moment, cursorParts.uuid]);
      const found = await tenantRead(pool, contextOf(request), async (tx) => {
        await getConnection(tx, request.params.id);
        return listFiles(tx, request.params.id, page.request, request.query.status);
      });
      return pageOfRows("bank-files", found, page.shown);
    },
  );

  app.post(
    "/api/v1/bank-files/:id/retry",
    { config: operate, schema: { tags, summary: "Try a file again, at once", params: byId, response: { 200: BankFile } } },
    async (request) =>
      tenantTransaction(pool, contextOf(request), async (tx) => {
        const file = await retryFile(tx, request.params.id);
        await requestSync(tx, file.connectionId);
        return file;
      }),
  );

  app.post(
    "/api/v1/bank-files/:id/dismiss",
    {
      config: operate,
      schema: { tags, summary: "Say that a file needs nothing more; its alert ends", params: byId, response: { 200: BankFile } },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => dismissFile(tx, request.params.id)),
  );
}

function alertRoutes(app: HttpApplication, pool: Pool): void {
  app.get(
    "/api/v1/alerts",
    { config: read, schema: { tags: ["alerts"], summary: "Alerts, newest first", querystring: AlertsQuery, response: { 200: AlertList } } },
    async (request) => ({ items: await tenantRead(pool, contextOf(request), (tx) => listAlerts(tx, request.query)) }),
  );

  app.post(
    "/api/v1/alerts/:id/acknowledge",
    {
      config: operate,
      schema: {
        tags: ["alerts"],
        summary: "Say that you have seen an alert; it ends by itself when it is no longer so",
        params: byId,
        response: { 200: Alert },
      },
    },
    async (request) => tenantTransaction(pool, contextOf(request), (tx) => acknowledgeAlert(tx, request.params.id)),
  );
}
