import type { HttpApplication } from "./application.ts";

/** /healthz: the process answers. /readyz: so does its database, migrated as this program needs it. */
export function registerHealth(app: HttpApplication, ready: () => Promise<void>): void {
  app.get("/healthz", { config: { access: "public" }, schema: { hide: true } }, async () => ({ status: "ok" }));
  app.get("/readyz", { config: { access: "public" }, schema: { hide: true } }, async () => {
    await ready();
    return { status: "ready" };
  });
}
