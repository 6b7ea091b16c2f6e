import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { albrechtGroup } from "../../../src/banks/simulator/companies/albrecht-group.ts";
import { lindenkadeStores } from "../../../src/banks/simulator/companies/lindenkade-stores.ts";
import { deliveries } from "../../../src/banks/simulator/deliveries.ts";
import { simulate } from "../../../src/banks/simulator/simulate.ts";
import { parseDay } from "../../../src/time/day.ts";

const companies = [albrechtGroup, lindenkadeStores];
const quarter = (company: (typeof companies)[number], to = "2026-11-20") =>
  simulate({ seed: "files", company, from: parseDay("2026-08-10"), to: parseDay(to) });
const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const textOf = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

test.each(companies)("$name: the same seed gives the same bytes", (company) => {
  const digests = () => [...deliveries(quarter(company))].map(({ bytes, ...rest }) => ({ ...rest, sha256: digestOf(bytes) }));
  expect(digests()).toEqual(digests());
});

test("history comes as a file per bank and month, the last thirty bank days as a file a day, today as a report where the bank has them", () => {
  const names = [...deliveries(quarter(albrechtGroup))].filter(({ bank }) => bank === "rhnb").map(({ name }) => name);
  expect(names.filter((name) => name.includes("camt053"))).toHaveLength(2 + 1 + 30);
  expect(names).toContain("RHNBDEFF_camt053_2026-09.xml");
  expect(names).toContain("RHNBDEFF_camt053_2026-11-19.xml");
  expect(names.at(-1)).toBe("RHNBDEFF_camt052_2026-11-20.xml");
  expect(new Set(names).size).toBe(names.length);
});

test("on a Sunday no bank that is closed reports, and Friday is stated", () => {
  const files = [...deliveries(quarter(albrechtGroup, "2026-11-22"))];
  expect(files.filter(({ name }) => name.includes("camt052"))).toEqual([]);
  expect(files.some(({ name }) => name === "RHNBDEFF_camt053_2026-11-20.xml")).toBe(true);
});

test("MT940 is ASCII in lines that SWIFT allows, and no text line begins a field or ends the message", () => {
  for (const company of companies)
    for (const { name, bytes } of deliveries(quarter(company))) {
      if (!name.endsWith(".sta")) continue;
      const text = textOf(bytes);
      expect(text, name).toMatch(/^[\x20-\x7e\r\n]*$/);
      for (const line of text.split("\r\n")) {
        if (!line.startsWith("{1:")) expect(line.length, line).toBeLessThanOrEqual(65 + ":86:".length);
        if (line.startsWith("-")) expect(["-", "-}"]).toContain(line);
        if (line.startsWith(":")) expect(line).toMatch(/^:(20|25|28C|60[FM]|61|86|62[FM]|64):/);
      }
    }
});

test("MT940 over SWIFT is cut into pages that carry the balance on", () => {
  const pages = [...deliveries(quarter(albrechtGroup))].flatMap(({ name, bytes }) =>
    name.startsWith("TKTS") ? textOf(bytes).split("-}\r\n") : [],
  );
  const carried = pages.flatMap((page, index) => (/:60M:(.*)/.test(page) ? [[page, pages[index - 1] ?? ""] as const] : []));
  expect(carried.length).toBeGreaterThan(0);
  for (const [page, before] of carried) expect(/:60M:(.*)/.exec(page)?.[1]).toBe(/:62M:(.*)/.exec(before)?.[1]);
  for (const page of pages) expect(page.length).toBeLessThanOrEqual(2000);
});

test("BAI2 counts its records and adds its amounts on every level", () => {
  for (const { name, bytes } of deliveries(quarter(lindenkadeStores))) {
    if (!name.endsWith(".bai")) continue;
    const records = textOf(bytes)
      .split("\r\n")
      .filter((record) => record !== "");
    for (const record of records) expect(record.length, record).toBeLessThanOrEqual(80);
    expect(records.at(-1)).toMatch(new RegExp(`,${records.length}/$`));
    const totals = (type: string) =>
      records.filter((record) => record.startsWith(`${type},`)).map((record) => BigInt(record.split(",")[1] ?? ""));
    const sum = (list: bigint[]) => list.reduce((total, amount) => total + amount, 0n);
    expect(sum(totals("49"))).toBe(sum(totals("98")));
    expect(sum(totals("98"))).toBe(sum(totals("99")));
  }
});

// ../shared stands beside the checkout; a worktree is a folder deeper.
const shared = ["..", "../.."].map((up) => join(process.cwd(), up, "shared/xsd/sebastienrousseau__camt053/camt053/xsd")).find(existsSync);
const xmllint = spawnSync("xmllint", ["--version"]).status === 0;

test.skipIf(shared === undefined || !xmllint)("every camt file is valid by its schema (needs ../shared and xmllint)", async () => {
  const folder = await mkdtemp(join(tmpdir(), "apg-camt-"));
  try {
    const versions = new Set<string>();
    for (const company of companies)
      for (const { name, bytes } of deliveries(quarter(company))) {
        const version = /xsd:(camt\.05[23]\.001\.\d\d)"/.exec(textOf(bytes.subarray(0, 400)))?.[1];
        if (version === undefined) continue;
        versions.add(version);
        await writeFile(join(folder, name), bytes);
        const checked = spawnSync("xmllint", ["--noout", "--schema", join(shared ?? "", `${version}.xsd`), join(folder, name)], {
          encoding: "utf8",
        });
        expect(checked.status, checked.stderr).toBe(0);
      }
    expect([...versions].sort()).toEqual(["camt.052.001.08", "camt.053.001.02", "camt.053.001.04", "camt.053.001.08"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
