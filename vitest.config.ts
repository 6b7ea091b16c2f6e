import { defineConfig } from "vitest/config";

// *.pg.test.ts need a database and run once per PostgreSQL major (APG_TEST_POSTGRES names it, default 18), against one
// throw-away cluster a run (*.once.pg.test.ts on the first major only); *.browser.test.ts need Chromium (APG_CHROMIUM) besides; everything else runs once.
const cluster = "test/helpers/cluster.ts";
// Long transactions of one test database hold the sealer of another back, for they share the cluster: such a test waits.
const shared = { testTimeout: 150_000, hookTimeout: 150_000 };

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      { test: { ...shared, name: "unit", include: ["test/**/*.test.ts?(x)"], exclude: ["test/**/*.{pg,browser}.test.ts"] } },
      { test: { ...shared, name: "database", include: ["test/**/*.pg.test.ts"], globalSetup: [cluster] } },
      { test: { ...shared, name: "browser", include: ["test/**/*.browser.test.ts"], globalSetup: [cluster] } },
    ],
  },
});
