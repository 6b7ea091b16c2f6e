import type { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { Type } from "typebox";
import type { HttpApplication } from "../http/application.ts";
import { contextOf } from "../http/guard.ts";
import { Turnstile } from "../http/turnstile.ts";
import type { Pool } from "../postgres/connect.ts";
import { exportTenant } from "./archive/export.ts";
import { readableColumns } from "./archive/readable.ts";
import { tarSink } from "./archive/sink.ts";

/** Each holds a connection as long as its reader takes. */
const exportsAtOnce = 2;

/** What an administrator of a tenant may ask of their own. */
export function tenantRoutes(app: HttpApplication, pool: Pool): void {
  const turnstile = new Turnstile(exportsAtOnce);

  app.get(
    "/api/v1/tenant/export",
    {
      config: { access: "tenant:write", rateLimit: { max: 10, timeWindow: 60_000 } },
      schema: {
        tags: ["tenant"],
        summary: "Everything of the tenant as an archive (.tar.gz), streamed",
        description:
          "A CSV file a table, the received files as they came, and a manifest, last. An answer that broke off has none: " +
          "apg tenant export --verify FILE tells. That it was taken out, and by whom, stands in the audit trail.",
        response: {
          200: {
            description: "The archive",
            content: { "application/gzip": { schema: Type.Unsafe<Readable>({ type: "string", format: "binary" }) } },
          },
        },
      },
    },
    async (request, reply) => {
      const context = contextOf(request);
      const zip = createGzip();
      const sink = tarSink(zip);
      const pools = { read: pool, write: pool };
      // What goes wrong from here on can only break the answer off: its status has been sent.
      turnstile
        .pass(() => exportTenant(pools, context, sink, { readable: readableColumns }))
        .then(() => sink.end())
        .catch((error: unknown) => {
          request.log.error({ err: error }, "export broken off");
          zip.destroy(error instanceof Error ? error : new Error(String(error)));
        });
      const name = `${context.tenantId}-${new Date().toISOString().slice(0, 10)}.tar.gz`;
      return reply.header("content-type", "application/gzip").header("content-disposition", `attachment; filename="${name}"`).send(zip);
    },
  );
}
