import { expect, test } from "vitest";
import { randomFrom } from "../../../src/banks/simulator/random.ts";
import { tellingFormats } from "../../../src/banks/simulator/unreliable/company.ts";
import { allFaults } from "../../../src/banks/simulator/unreliable/fault-names.ts";
import { unreliableBank } from "../../../src/banks/simulator/unreliable/unreliable-bank.ts";
import { compareAccount } from "../../../src/operations/simulate/compare.ts";
import { MemoryImport } from "../../helpers/memory-import.ts";
import { testSeed } from "../../helpers/seed.ts";

// The same banks as in unreliable-bank.pg.test.ts, without a database: APG_TEST_RUNS=60 takes half a minute for 7,200 account-days.
test("what an unreliable bank sends, in any order: no account-day is wrong", async () => {
  const first = testSeed("unreliable-plan");
  for (let seed = first; seed < first + Number(process.env["APG_TEST_RUNS"] ?? 3); seed += 1) {
    const bank = unreliableBank({ seed: `${seed}`, accounts: 12, days: 10, formats: tellingFormats, faults: allFaults });
    const random = randomFrom(`${seed}/order`);
    const order = bank.files.map((file) => ({ file, key: random.fraction() })).sort((a, b) => a.key - b.key);
    const books = new MemoryImport();
    for (const { file } of order) await books.take(file.bytes);
    const wrong = bank.truth.accounts.flatMap((account) =>
      compareAccount(account, books.held(account.account)).flatMap(({ day, wrong: found }) =>
        found.map((what) => `seed ${seed}: ${account.account} ${day.day}: ${what} (${day.faults.join(", ")})`),
      ),
    );
    expect(wrong).toEqual([]);
  }
}, 600_000);
