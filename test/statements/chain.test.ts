import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChainLink, chain } from "../../src/statements/sealing/chain.ts";
import { addDays, type Day } from "../../src/time/day.ts";

const account = { lastFour: "2051", currency: "EUR", sequenceChecked: true };
const monday = "2026-03-02" as Day;

function link(index: number, opening: bigint, net: bigint, more: Partial<ChainLink> = {}): ChainLink {
  const day = addDays(monday, index);
  return {
    statementId: `s${index}`,
    day,
    periodFrom: day,
    periodTo: day,
    opening,
    openingStated: true,
    closing: opening + net,
    credits: net > 0n ? net : 0n,
    debits: net < 0n ? -net : 0n,
    entries: 1,
    entriesHash: `hash-${index}-${net}`,
    sequence: index + 1,
    page: 1,
    lastPage: true,
    firstDay: true,
    lastDay: true,
    format: "camt.053",
    broken: false,
    ...more,
  };
}

function run(nets: readonly bigint[]): ChainLink[] {
  let balance = 1000n;
  return nets.map((net, index) => {
    const made = link(index, balance, net);
    balance += net;
    return made;
  });
}

describe("the chain of days", () => {
  test("days whose balances and numbers tie are sealed, each with the hash of the one before", () => {
    const closings = chain(account, run([10n, -5n, 7n]), null);
    expect(closings.map((closing) => [closing.state, closing.link])).toEqual([
      ["sealed", "first"],
      ["sealed", "sequence"],
      ["sealed", "sequence"],
    ]);
    expect(closings[2]?.previousHash).toBe(closings[1]?.sealHash);
  });

  test("a missing day leaves a gap, and nothing behind it is sealed", () => {
    const links = run([10n, -5n, 7n, 1n]).filter((_, index) => index !== 1);
    expect(chain(account, links, null).map((closing) => [closing.state, closing.reason])).toEqual([
      ["sealed", null],
      ["gap", "GAP"],
      ["unproven", "BEHIND_UNPROVEN"],
    ]);
  });

  test("a missing day whose entries cancel out is found by the numbering", () => {
    const links = run([10n, 0n, 7n]).filter((_, index) => index !== 1);
    expect(chain(account, links, null)[1]?.reason).toBe("SEQUENCE_GAP");
  });

  test("a bank that does not number is chained by balances alone", () => {
    const links = run([10n, 0n, 7n])
      .filter((_, index) => index !== 1)
      .map((one) => ({ ...one, sequence: 0 }));
    expect(chain(account, links, null)[1]).toMatchObject({ state: "sealed", link: "balance" });
  });

  test("a statement that does not add up is a break with its difference, and is never sealed", () => {
    const links = run([10n, -5n]);
    const closings = chain(account, [links[0] as ChainLink, { ...(links[1] as ChainLink), closing: 1006n }], null);
    expect(closings[1]).toMatchObject({ state: "break", reason: "BREAK", difference: 1n, sealHash: null });
  });

  test("a first page without its last is not sealed; with it the day is, once", () => {
    const first = link(0, 1000n, 10n, { lastPage: false });
    const second = link(0, 1010n, 5n, { statementId: "s0b", page: 2, entriesHash: "second" });
    expect(chain(account, [first], null)[0]).toMatchObject({ state: "unproven", reason: "PAGE_MISSING" });
    const [day, ...rest] = chain(account, [second, first], null);
    expect(rest).toEqual([]);
    expect(day).toMatchObject({ state: "sealed", opening: 1000n, closing: 1015n, entries: 2 });
  });

  test("numbers that start again at 1 with the year are no hole", () => {
    const links = run([10n, -5n]).map((one, index) => ({ ...one, sequence: index === 0 ? 250 : 1 }));
    expect(chain(account, links, null)[1]).toMatchObject({ state: "sealed", link: "sequence" });
  });

  test("an entry booked on a closed day belongs to the next open day", () => {
    const [first] = run([10n]) as [ChainLink];
    const late = link(1, 1010n, 3n, { day: monday, periodFrom: monday, lastDay: false });
    const close = link(1, 1013n, 0n, { periodFrom: monday, firstDay: false });
    expect(chain(account, [first, late, close], null).map((closing) => [closing.day, closing.state])).toEqual([
      [monday, "sealed"],
      [addDays(monday, 1), "sealed"],
    ]);
  });

  test("a first statement without an opening balance proves nothing; behind a closing it ties like any other", () => {
    const links = run([10n, -5n]).map((one) => ({ ...one, openingStated: false }));
    expect(chain(account, links, null).map((closing) => closing.reason)).toEqual(["OPENING_MISSING", "BEHIND_UNPROVEN"]);
    const stated = links.map((one, index) => ({ ...one, openingStated: index === 0 }));
    expect(chain(account, stated, null).map((closing) => closing.state)).toEqual(["sealed", "sealed"]);
  });

  test("the order of arrival changes nothing, and a chain continued from a closing equals one made whole", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -9n, max: 9n }), { minLength: 2, maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        fc.nat(),
        (nets, stream, cut) => {
          const links = run(nets);
          const whole = chain(account, links, null);
          const shuffled = links
            .map((one) => ({ one, key: stream.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          expect(chain(account, shuffled, null)).toEqual(whole);
          const at = 1 + (cut % (nets.length - 1));
          const head = chain(account, links.slice(0, at), null);
          const before = { closing: head[head.length - 1] as (typeof head)[number], link: links[at - 1] as ChainLink };
          expect([...head, ...chain(account, links.slice(at), before)]).toEqual(whole);
        },
      ),
    );
  });

  test("changing any figure of a day changes its seal and every seal behind it", () => {
    const links = run([10n, -5n, 7n]);
    const seals = chain(account, links, null).map((closing) => closing.sealHash);
    const forged = links.map((one, index) => (index === 0 ? { ...one, entriesHash: "forged" } : one));
    const others = chain(account, forged, null).map((closing) => closing.sealHash);
    for (const [index, hash] of others.entries()) expect(hash).not.toBe(seals[index]);
  });
});
