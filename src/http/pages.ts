import { existsSync } from "node:fs";
import { join } from "node:path";
import fastifyStatic from "@fastify/static";
import { Problem } from "../errors/problem.ts";
import { type ErrorCode, vocabulary } from "../errors/vocabulary.ts";
import type { HttpApplication } from "./application.ts";
import { sendProblem } from "./problems.ts";

/** The built pages. An address that names no file is a page of the single-page application; one under /api is not there. */
export async function registerPages(app: HttpApplication, folder: string | null): Promise<void> {
  const pages = folder !== null && existsSync(join(folder, "index.html")) ? folder : null;
  if (pages !== null)
    await app.register(fastifyStatic, {
      root: pages,
      index: ["index.html"],
      cacheControl: false,
      setHeaders: (reply, path) => {
        // Vite names what lies in assets by its content, so it never changes; index.html names them and must be asked for.
        const named = path.includes("/assets/") || path.includes("\\assets\\");
        reply.setHeader("cache-control", named ? "public, max-age=31536000, immutable" : "no-cache");
      },
    });

  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const page = request.method === "GET" && !path.startsWith("/api/") && !/\.\w+$/.test(path);
    if (page && pages !== null) return reply.header("cache-control", "no-cache").sendFile("index.html", pages, { cacheControl: false });
    const problem = new Problem("not_found", `there is no ${request.method} ${path}`, {
      hint: page ? "The pages are not built: npm run build." : "GET /api/openapi.json lists what there is.",
    });
    return sendProblem(request, reply, problem);
  });

  app.get("/docs/errors", { config: { access: "public" }, schema: { hide: true } }, async (_request, reply) =>
    reply.type("text/html; charset=utf-8").send(errorPage()),
  );
}

/** What `type` of a problem points at. */
function errorPage(): string {
  const rows = (Object.keys(vocabulary) as ErrorCode[]).map(
    (code) => `<dt id="${code}"><code>${code}</code> · ${vocabulary[code].status}</dt><dd>${vocabulary[code].title}</dd>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Errors</title>
<style>body{font:16px/1.5 system-ui;max-width:44rem;margin:3rem auto;padding:0 1rem}dt{margin-top:1rem}dt:target{background:#fff3bf}</style>
<h1>Errors</h1><p>The <code>code</code> of a problem, its HTTP status, and what it means.</p><dl>${rows.join("\n")}</dl></html>`;
}
