import { defineConfig } from "vitest/config";

// Tests that need a database take it from test/helpers/postgres.ts; APG_TEST_POSTGRES names the major to run on.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    passWithNoTests: false,
  },
});
