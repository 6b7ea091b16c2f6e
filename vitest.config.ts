import { defineConfig } from "vitest/config";

// Two kinds: *.pg.test.ts need a database and run once per PostgreSQL major (APG_TEST_POSTGRES names it, default 18), against
// one throw-away cluster a run; everything else runs once. Each project's set-up runs only when its tests do.
const shared = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      { test: { ...shared, name: "unit", include: ["test/**/*.test.ts"], exclude: ["test/**/*.pg.test.ts", "test/web/**"] } },
      { test: { ...shared, name: "database", include: ["test/**/*.pg.test.ts"], globalSetup: ["test/helpers/cluster.ts"] } },
    ],
  },
});
