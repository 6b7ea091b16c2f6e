import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { startServer } from "../src/server.ts";
import { testApi } from "./helpers/api.ts";
import { createDatabase } from "./helpers/postgres.ts";

const api = testApi();
const start = (more: object = {}) =>
  startServer({
    app: api.current.database.app,
    gate: api.current.database.gate,
    host: "127.0.0.1",
    port: 0,
    log: { level: "silent" },
    pages: null,
    ...more,
  });

describe("the server", () => {
  test("listens where it is told, and is ready when its database is", async () => {
    const server = await start();
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${server.address}/readyz`)).json()).toEqual({ status: "ready" });
    await server.close();
    await expect(fetch(`${server.address}/healthz`)).rejects.toThrow();
  });

  test("a taken port is named with the flag that chooses another", async () => {
    const first = await start();
    const port = Number(new URL(first.address).port);
    await expect(start({ port })).rejects.toMatchObject({ code: "port_taken", hint: expect.stringContaining("--port=") });
    await first.close();
  });

  test("an address that is not of this machine is named with its flag", async () => {
    await expect(start({ host: "203.0.113.7" })).rejects.toMatchObject({
      code: "setting_invalid",
      hint: expect.stringContaining("--host="),
    });
  });

  test("is not ready on a database without its schema, and says what to run", async () => {
    const empty = await createDatabase("template1");
    const server = await start({ app: empty.admin });
    const answer = await fetch(`${server.address}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: "database_not_migrated", hint: "Run apg db migrate." });
    await server.close();
    await empty.drop();
  });

  test("answers what it has begun before it closes, and nothing after", async () => {
    const server = await start();
    const { hostname, port } = new URL(server.address);
    const socket = connect(Number(port), hostname);
    let received = "";
    socket.on("data", (chunk) => {
      received += String(chunk);
    });
    const headers = `Host: ${hostname}\r\nAuthorization: ${api.current.keys.acme.authorization}\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n`;
    socket.write(`POST /api/v1/statements HTTP/1.1\r\n${headers}\r\nhalf `);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const ended = new Promise((resolve) => socket.once("end", resolve));
    const began = Date.now();
    const closing = server.close();
    socket.write("file");
    await closing;
    expect(Date.now() - began).toBeLessThan(5_000);
    await ended;
    expect(received).toContain("HTTP/1.1 422");
    expect(received).toContain("statement_refused");
    socket.destroy();
  });

  test("cuts off what does not end within the grace", async () => {
    const server = await start();
    const { hostname, port } = new URL(server.address);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    const headers = `Host: ${hostname}\r\nAuthorization: ${api.current.keys.acme.authorization}\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n`;
    socket.write(`POST /api/v1/statements HTTP/1.1\r\n${headers}\r\nhalf`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const began = Date.now();
    await server.close(300);
    expect(Date.now() - began).toBeLessThan(5_000);
  });
});
