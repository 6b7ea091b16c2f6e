import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgramFirst } from "../helpers/program.ts";
import { canary, type Installation, install } from "./installation.ts";
import { Needles } from "./needles.ts";
import { useEverything } from "./operations.ts";
import { dumpTables, type Found, lookAtStatistics, searchFiles } from "./places.ts";

// A server that logs every statement with every value, and the real program used on it for everything. Then all that was logged, shown,
// kept or sent is searched for each secret, in each way it could be written.
buildProgramFirst();
const planted = canary("planted");
let at: Installation;
let found: readonly Found[] = [];

beforeAll(async () => {
  at = await install();
  at.hide("planted", planted);
  await useEverything(at, planted);
  await at.stopPrograms();
  await lookAtStatistics(at.admin, at.seen);
  await dumpTables(at.admin, at.seen);
  await at.admin.query("checkpoint");
  at.seen.add("log of the server", at.serverLog());
  found = search();
}, 240_000);
afterAll(() => at?.dispose());

const files = ["files of the server", "WAL"];

test("the watch sees: a value that is planted at each place is found there, and every other value would be", () => {
  const looked = [...at.seen.places().keys(), ...files].sort();
  expect(looked).toHaveLength(13);
  expect(placesOf("planted").sort()).toEqual(looked);
  const needles = new Needles(at.secrets);
  const log = at.serverLog().slice(0, 10_000);
  for (const { name, bytes } of at.secrets)
    expect(needles.foundIn(Buffer.concat([Buffer.from(log), bytes, Buffer.from(log)]))).toContain(name);
  expect(at.secrets.length).toBeGreaterThan(35);
});

test("invariant 20: no key, password or plaintext stands in a log, statistic, process list, answer, dump, file or WAL", () => {
  expect(found.filter(({ secret, place }) => secret !== "planted" && allowed[secret]?.places.includes(place) !== true)).toEqual([]);
});

test("invariant 32: of all keys the database receives one: what contexts are verified with", () => {
  const sent = found.filter(({ place, secret }) => place === "sent to the database" && secret !== "planted").map(({ secret }) => secret);
  expect(sent.sort()).toEqual(["context key, ready for HMAC", "context token"]);
});

/** Where something stands on purpose, and why. */
const allowed: Readonly<Record<string, { readonly places: readonly string[]; readonly because: string }>> = {
  "context key, ready for HMAC": {
    places: ["sent to the database", ...files],
    because: "the database verifies contexts with it; who reads its files has everything that is not encrypted anyway",
  },
  "stamp key": { places: files, because: "it is the database's own, and never leaves it" },
  "context token": { places: ["sent to the database"], because: "it is what the database is asked to enter a tenant with" },
};

function placesOf(secret: string): string[] {
  return found.filter((one) => one.secret === secret).map(({ place }) => place);
}

function search(): Found[] {
  const needles = new Needles(at.secrets);
  const seen = [...at.seen.places()].flatMap(([place, text]) =>
    needles.foundIn(withoutThrowAwayTokens(text)).map((secret) => ({ secret, place })),
  );
  const inFiles = searchFiles(at.serverData, needles, (path) => (path.startsWith("pg_wal") ? "WAL" : "files of the server"));
  const all = new Map([...seen, ...inFiles].map((one) => [`${one.place} ${one.secret}`, one]));
  return [...all.values()].sort((one, other) => one.place.localeCompare(other.place));
}

/** `apg db prove isolation` attacks with tokens of two tenants that exist in its own transaction only, and shows them to the server. */
function withoutThrowAwayTokens(text: Buffer): Buffer {
  return Buffer.from(
    text.toString("latin1").replace(/[0-9a-f]{16}\x1f\d+\x1f\d*\x1f[0-9a-f-]{36}\x1f[^\x1f]*prove-[ab]-[0-9a-f]{8}/gi, ""),
    "latin1",
  );
}
