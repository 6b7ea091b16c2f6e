import { createPrivateKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { localKey } from "../../src/keys/key-encryption-key.ts";
import { giveKeys, KeyRing } from "../../src/keys/key-ring.ts";
import { fixedKey } from "../../src/keys/key-source.ts";
import { openPool, type Pool } from "../../src/postgres/connect.ts";
import { contextKey, hmacPads } from "../../src/postgres/context.ts";
import { loginRoles } from "../../src/postgres/database.ts";
import { livePostmaster } from "../../src/postgres/embedded/postmaster.ts";
import { startEmbedded } from "../../src/postgres/embedded/server.ts";
import { embeddedSettings, throwAwaySettings } from "../../src/postgres/embedded/settings.ts";
import { apg, type Run, startApg } from "../helpers/program.ts";
import { type Secret, secret } from "./needles.ts";
import { Seen, watch, wireTap } from "./watch.ts";

/** A server that logs whatever it can be told to log, with the real program on it, and somebody who watches all of it. */
export interface Installation {
  readonly seen: Seen;
  /** The superuser, past the wire tap. */
  readonly admin: Pool;
  /** As the program connects; what goes over it counts as sent by the program. */
  readonly tapped: Pool;
  readonly serverData: string;
  readonly dataDir: string;
  /** Everything known so far that must stand nowhere. */
  readonly secrets: Secret[];
  hide(name: string, value: string | Uint8Array): void;
  /** Runs a command to its end. What it shows on purpose, once, is taken out of what was seen. */
  run(words: string, options?: RunOptions): Promise<Run>;
  start(environment: Readonly<Record<string, string>>): Promise<string>;
  serverLog(): string;
  stopPrograms(): Promise<void>;
  dispose(): Promise<void>;
}

interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly shows?: RegExp;
  /** 0 when not said: what was meant to work has worked, and what was meant to fail has failed. */
  readonly code?: number;
}

/** A value that stands nowhere else in the world. */
export function canary(what: string): string {
  return `Kanarie-${what}-${randomBytes(9).toString("base64url")}`;
}

const everythingIsLogged = {
  ...embeddedSettings,
  ...throwAwaySettings,
  // As it would be in production, but for compression, which would hide what is looked for.
  wal_level: "replica",
  max_wal_senders: "5",
  wal_compression: "off",
  shared_buffers: "64MB",
  log_statement: "all",
  log_min_duration_statement: "0",
  log_parameter_max_length: "-1",
  log_parameter_max_length_on_error: "-1",
  log_error_verbosity: "verbose",
  log_min_error_statement: "info",
  log_connections: "on",
  log_replication_commands: "on",
  log_temp_files: "0",
  track_activities: "on",
  track_activity_query_size: "1MB",
  track_functions: "all",
  "pg_stat_statements.track": "all",
  "pg_stat_statements.max": "50000",
};

export async function install(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "apg-canary-"));
  chmodSync(folder, 0o755);
  const [serverDir, dataDir] = [join(folder, "server"), join(folder, "data")];
  const seen = new Seen();
  const secrets: Secret[] = [];
  const hide = (name: string, value: string | Uint8Array) => void secrets.push(secret(name, value));
  const superuser = canary("superuser");
  hide("password of the superuser", superuser);
  // Whoever starts a server has secrets in his own environment; its processes must not inherit them.
  process.env["APG_CANARY"] = canary("environment");
  hide("environment of the program", process.env["APG_CANARY"]);

  const settings = everythingIsLogged;
  const options = { dataDir: serverDir, major: inject("cluster").major, superuserPassword: () => superuser, withParent: true, settings };
  const server = await startEmbedded(options);
  const tap = await wireTap(server.port, seen);
  const url = (port: number, database: string) => `postgres://postgres:${superuser}@127.0.0.1:${port}/${database}`;
  const first = openPool({ url: url(server.port, "postgres"), applicationName: "canary", max: 1 });
  await first.query("create database apg");
  await first.end();
  const admin = openPool({ url: url(server.port, "apg"), applicationName: "canary", max: 3 });
  const keys = makeSecrets(dataDir, url(tap.port, "apg"), hide);
  const tapped = openPool({ url: url(tap.port, "apg"), applicationName: "apg", max: 1, contextKey: () => keys.context });
  giveKeys(tapped, new KeyRing(fixedKey(localKey(keys.kek, "the test"))));
  const watching = watch(admin, livePostmaster(server.folder.data)?.pid ?? 0, seen);
  const running = new Set<ReturnType<typeof startApg>>();

  return {
    seen,
    admin,
    tapped,
    serverData: server.folder.data,
    dataDir,
    secrets,
    hide,
    async run(words, { shows, code = 0, ...more } = {}) {
      const ran = await apg(words.split(" "), { dataDir, ...more });
      if (ran.code !== code) throw new Error(`apg ${words} ended with ${ran.code}:\n${ran.stdout}\n${ran.stderr}`);
      seen.add("output of commands", `${shows === undefined ? ran.stdout : ran.stdout.replace(shows, "")}\n${ran.stderr}`);
      return ran;
    },
    async start(environment) {
      const program = startApg(["start"], { dataDir, environment });
      running.add(program);
      return (await program.says(/address +(http:\S+)/))[1] as string;
    },
    serverLog: () => readFileSync(server.folder.log, "utf8"),
    async stopPrograms() {
      for (const program of running) {
        program.process.kill("SIGTERM");
        await program.ended;
        seen.add("log of the program", program.output());
      }
      await tapped.end();
      await tap.close();
      await watching.stop();
    },
    async dispose() {
      await watching.stop();
      for (const program of running) program.process.kill("SIGKILL");
      await admin.end();
      await server.stop();
      rmSync(server.folder.path, { recursive: true, force: true });
      rmSync(folder, { recursive: true, force: true });
      delete process.env["APG_CANARY"];
    },
  };
}

/** All the program would make itself, made here, so that it is known. */
function makeSecrets(dataDir: string, databaseUrl: string, hide: Installation["hide"]) {
  const folder = join(dataDir, "secrets");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (path: string, text: string) => writeFileSync(join(dataDir, path), `${text}\n`, { mode: 0o600 });
  const roles = Object.fromEntries(loginRoles.map((role) => [role, canary(role)]));
  for (const [role, password] of Object.entries(roles)) hide(`password of ${role}`, password);
  write("secrets/roles.json", JSON.stringify(roles));
  write("apg.json", JSON.stringify({ databaseUrl }));

  const kek = randomBytes(32);
  hide("key-encryption key", kek);
  write("secrets/key-encryption.key", kek.toString("hex"));
  const next = randomBytes(32);
  hide("next key-encryption key", next);
  write("secrets/next.key", next.toString("hex"));

  const context = contextKey(randomBytes(32));
  hide("context key", context.secret);
  hide("context key, ready for HMAC", hmacPads(context.secret).inner);
  hide("context token", `${context.id}\x1f`);
  write("secrets/context-key", context.secret.toString("base64url"));

  const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  const { d } = createPrivateKey(pem).export({ format: "jwk" });
  hide("signing key", Buffer.from(d ?? "", "base64url"));
  write("secrets/audit-signing-key.pem", String(pem).trim());
  return { context, kek };
}
