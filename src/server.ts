import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { accessRoutes, authenticateWith } from "./access/routes.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { executors } from "./apg/executors.ts";
import { auditRoutes } from "./audit/routes.ts";
import { connectionRoutes } from "./banks/connections/routes.ts";
import type { SyncSurroundings } from "./banks/connections/sync.ts";
import { deliverRoutes } from "./banks/connections/upload/routes.ts";
import { bankRoutes } from "./banks/routes.ts";
import { cashFlowRoutes } from "./cash-flows/routes.ts";
import { categoryRoutes } from "./categories/routes.ts";
import { Problem } from "./errors/problem.ts";
import { defaultLimits, type HttpApplication, type HttpLimits, makeApplication } from "./http/application.ts";
import type { LogTarget } from "./http/log.ts";
import { countInDatabase } from "./http/shared-counts.ts";
import { clearUploads } from "./http/uploads.ts";
import { positionRoutes } from "./positions/routes.ts";
import type { Pool } from "./postgres/connect.ts";
import { rateRoutes } from "./rates/routes.ts";
import { statementRoutes } from "./statements/routes.ts";
import { platformRoutes } from "./tenants/platform-routes.ts";
import { tenantRoutes } from "./tenants/routes.ts";

export interface ServerOptions {
  /** Connections as apg_user: every request runs under row-level security. */
  readonly app: Pool;
  /** An administrator's connections, for the routes that open and close tenants; without them those are not served. */
  readonly admin?: Pool;
  /** Connections as apg_gate: who asks is found out there. */
  readonly gate: Pool;
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly log: LogTarget;
  /** Folder of the built pages; by default the one beside this program. */
  readonly pages?: string | null;
  readonly trustProxy?: boolean;
  /** How browsers reach this server, for coming back from an identity provider; by default as each request says. */
  readonly publicAddress?: string | undefined;
  /** Identity providers over http or on this machine. */
  readonly oidcInsecure?: boolean;
  readonly limits?: HttpLimits;
  /** Of one request; 512 MiB by default. */
  readonly uploadLimitBytes?: number;
  /** Where watched folders lie, and what may be spoken to; without it connections can be kept, and neither tested nor synced. */
  readonly banks?: SyncSurroundings;
  /** Where uploads lie until they are imported; by default the system's folder for temporary files. */
  readonly uploadFolder?: string;
}

const defaultUploadLimitBytes = 512 * 1024 ** 2;

export interface RunningServer {
  /** Such as http://127.0.0.1:4400 */
  readonly address: string;
  /** Takes no new request, answers those that run, at most for `graceMs`. */
  close(graceMs?: number): Promise<void>;
}

/** @throws Problem `port_taken`, `setting_invalid` when the address cannot be listened on */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const application = await makeServer(options);
  try {
    const address = await application.listen({ host: options.host, port: options.port });
    return { address, close: (graceMs = 10_000) => close(application, graceMs) };
  } catch (error) {
    await application.close();
    throw listenProblem(error, options);
  }
}

/** The application without a socket; tests inject their requests into it. */
export async function makeServer(options: ServerOptions): Promise<HttpApplication> {
  const upload = { limitBytes: options.uploadLimitBytes ?? defaultUploadLimitBytes, folder: options.uploadFolder ?? tmpdir() };
  await clearUploads(upload.folder);
  return makeApplication(
    {
      log: options.log,
      authenticate: authenticateWith(options),
      ready: () => ready(options.app),
      pages: options.pages === undefined ? fileURLToPath(new URL("./web/", import.meta.url)) : options.pages,
      version: programVersion(),
      trustProxy: options.trustProxy ?? false,
      limits: options.limits ?? defaultLimits,
      counts: countInDatabase(options.gate),
    },
    async (app) => {
      const oidc = { publicAddress: options.publicAddress ?? null, allowInsecure: options.oidcInsecure ?? false };
      accessRoutes(app, options, oidc, executors);
      categoryRoutes(app, options.app);
      accountRoutes(app, options.app);
      auditRoutes(app, options.app);
      bankRoutes(app, options.app);
      connectionRoutes(app, options.app, options.banks ?? null);
      cashFlowRoutes(app, options.app);
      positionRoutes(app, options.app);
      rateRoutes(app, options.app);
      tenantRoutes(app, options.app);
      if (options.admin !== undefined) platformRoutes(app, options.admin);
      // Both take any content as a stream, which is said per scope.
      await app.register(async (scope) => deliverRoutes(scope as HttpApplication, options.app, upload));
      await statementRoutes(app, options.app, { upload });
    },
  );
}

async function ready(pool: Pool): Promise<void> {
  try {
    await pool.query("select cash_management.current_tenant()");
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === "3F000" || code === "42883")
      throw new Problem("database_not_migrated", "the database has no schema of this program", {
        hint: "Run apg db migrate.",
        cause: error,
      });
    throw error;
  }
}

async function close(application: HttpApplication, graceMs: number): Promise<void> {
  // What still runs after that is cut off: its transaction rolls back, so nothing is left half done.
  const cut = setTimeout(() => application.server.closeAllConnections(), graceMs);
  await application.close().finally(() => clearTimeout(cut));
}

/** What it means to a person that an address cannot be listened on. */
export function listenProblem(error: unknown, { host, port }: Pick<ServerOptions, "host" | "port">): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === "EADDRINUSE")
    return new Problem("port_taken", `port ${port} of ${host} is taken by another program`, {
      detail: { host, port },
      hint: "Choose another with --port=PORT (APG_PORT), or stop the other program.",
      cause: error,
    });
  if (code === "EACCES" || code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return new Problem("setting_invalid", `this machine cannot listen on ${host}:${port}`, {
      detail: { host, port },
      hint: "Choose an address of this machine with --host=ADDRESS (APG_HOST), and a port above 1023 with --port=PORT (APG_PORT).",
      cause: error,
    });
  return error;
}

function programVersion(): string {
  const description: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (description as { version: string }).version;
}
