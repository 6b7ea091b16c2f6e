import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { budgetOf, GB, MB, total } from "../../../src/operations/configure/budget.ts";
import { configurationFiles } from "../../../src/operations/configure/files.ts";
import { refusalsOf } from "../../../src/operations/configure/refusals.ts";
import { renderedSettings } from "../../../src/operations/configure/rendered.ts";
import { leftOut, settingGroups } from "../../../src/operations/configure/settings/index.ts";
import { majors } from "../../../src/operations/configure/target.ts";
import { target } from "./target.ts";

const settings = settingGroups.flatMap((group) => group.settings);
const guided = [...settings.flatMap(({ guide }) => guide ?? []), ...leftOut].map(({ id }) => id);

describe("the settings", () => {
  test("every setting of the guide, S1 to S141, is written or left out with a reason, once", () => {
    const all = Array.from({ length: 141 }, (_, index) => `S${index + 1}`);
    expect([...guided].sort()).toEqual([...all].sort());
  });

  test("each has one place and a reason", () => {
    const names = settings.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect([...settings, ...leftOut].filter(({ why }) => why.length < 6)).toEqual([]);
  });

  test("no version is given what it does not know", () => {
    const names = (major: (typeof majors)[number]) => renderedSettings(target({ build: { major } })).map(({ name }) => name);
    expect(names(15)).not.toContain("reserved_connections");
    expect(names(16)).toContain("reserved_connections");
    expect(names(17)).toContain("summarize_wal");
    expect(names(17)).not.toContain("io_method");
    expect(names(18)).toContain("io_method");
    for (const major of majors) expect(names(major)).not.toContain("stats_temp_directory");
  });

  test("a build without a library or lz4 gets neither", () => {
    const bare = renderedSettings(target({ build: { libraries: new Set(), lz4: false } }));
    expect(bare.find(({ name }) => name === "shared_preload_libraries")?.value).toBe("");
    expect(bare.filter(({ name }) => name.includes("."))).toEqual([]);
    const value = (lz4: boolean) => renderedSettings(target({ build: { lz4 } })).find(({ name }) => name === "wal_compression")?.value;
    expect([value(false), value(true)]).toEqual(["pglz", "lz4"]);
  });

  test("two standbys make commits wait for one of them; one does not, as its loss would hang every commit", () => {
    const names = (replicas: string[]) =>
      renderedSettings(target({ cluster: { replicas } })).find(({ name }) => name === "synchronous_standby_names")?.value;
    expect(names(["r1", "r2"])).toBe('ANY 1 ("r1", "r2")');
    expect(names(["r1"])).toBeUndefined();
  });
});

describe("invariant 49: what is divided fits, or is refused", () => {
  const machines = fc.record({
    memory: fc.integer({ min: 512, max: 1_048_576 }).map((mb) => mb * MB),
    cores: fc.integer({ min: 1, max: 256 }),
    disk: fc.constantFrom("nvme", "ssd", "hdd" as const),
    diskSize: fc.integer({ min: 1, max: 50_000 }).map((gb) => gb * GB),
  });
  const loads = fc.record({
    programs: fc.integer({ min: 1, max: 50 }),
    poolSize: fc.integer({ min: 1, max: 200 }),
    partitions: fc.integer({ min: 0, max: 20_000 }),
  });

  test("memory, workers and WAL, for any machine and load", () => {
    fc.assert(
      fc.property(machines, loads, fc.constantFrom(...majors), (machine, load, major) => {
        const made = target({ machine: { ...machine, walSize: machine.diskSize }, load, build: { major } });
        const budget = budgetOf(made);
        const refused = refusalsOf(made, budget).length > 0;
        // Reckoned anew from what is written, not from the budget's own sum.
        const { maxConnections, parallelWorkers, workMem, sharedBuffers, autovacuumWorkers, autovacuumWorkMem } = budget;
        const worst = (maxConnections + parallelWorkers) * 3 * 2 * workMem + sharedBuffers + autovacuumWorkers * autovacuumWorkMem;
        const wal = 2 * budget.maxWalSize + budget.walKeepSize + budget.slotWalKeepSize;
        return (
          refused ||
          (worst <= machine.memory && wal <= machine.diskSize / 2 && budget.workerProcesses >= parallelWorkers + 2 && workMem >= 4 * MB)
        );
      }),
    );
  });

  test("machines that people have are not refused: 4 GB to 256 GB", () => {
    for (const [gb, cores] of [
      [4, 2],
      [16, 4],
      [64, 16],
      [256, 64],
    ] as const) {
      const made = target({ machine: { memory: gb * GB, cores }, load: { programs: 1, poolSize: 10 } });
      expect(refusalsOf(made, budgetOf(made)), `${gb} GB`).toEqual([]);
      expect(total(budgetOf(made).memory)).toBeLessThanOrEqual(gb * GB);
    }
  });

  test("too many connections for the memory are refused with what they would take", () => {
    const made = target({ machine: { memory: 8 * GB }, load: { programs: 20, poolSize: 50 } });
    expect(refusalsOf(made, budgetOf(made))[0]?.fact).toMatch(/^in the worst case it needs \d+\.\d GB of 8\.0 GB memory/);
    expect(() => configurationFiles(made)).toThrow(expect.objectContaining({ code: "configuration_unsafe" }));
  });

  test("a WAL volume that could fill is refused", () => {
    const made = target({ machine: { walSize: 2 * GB } });
    expect(refusalsOf(made, budgetOf(made)).map(({ fact }) => fact)).toEqual([expect.stringMatching(/more than half/)]);
  });
});

describe("what cannot be safe is refused", () => {
  const refusals = (parts: Parameters<typeof target>[0]) => refusalsOf(target(parts), budgetOf(target(parts))).map(({ fact }) => fact);

  test("production without TLS, and any network beyond this machine without it", () => {
    expect(refusals({ network: { tls: null } })).toEqual(["production has no TLS files"]);
    expect(refusals({ environment: "development", network: { tls: null } })).toEqual(["10.20.0.0/16 would connect without TLS"]);
    const loopback = { tls: null, applications: ["127.0.0.1/32"], administrators: [], replication: [] };
    expect(refusals({ environment: "development", network: loopback })).toEqual([]);
  });

  test("a network that is the internet", () => {
    expect(refusals({ network: { administrators: ["0.0.0.0/0"] } })).toEqual(["0.0.0.0/0 admits half of the internet or more"]);
  });

  test("invariant 50: a standby is never below its primary", () => {
    const primary = {
      max_connections: 500,
      max_worker_processes: 40,
      max_wal_senders: 20,
      max_prepared_transactions: 0,
      max_locks_per_transaction: 512,
    };
    const value = (name: string) =>
      Number(renderedSettings(target({ cluster: { primary } })).find((setting) => setting.name === name)?.value);
    expect(value("max_connections")).toBeGreaterThanOrEqual(500);
    expect(value("max_worker_processes")).toBeGreaterThanOrEqual(40);
    expect(value("max_wal_senders")).toBeGreaterThanOrEqual(20);
    expect(value("max_locks_per_transaction")).toBeGreaterThanOrEqual(512);
  });
});
