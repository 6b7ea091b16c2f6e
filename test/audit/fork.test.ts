import { describe, expect, test } from "vitest";
import type { Block } from "../../src/audit/seals/block.ts";
import { forkOf } from "../../src/audit/seals/fork.ts";

const hash = (fill: number) => Buffer.alloc(32, fill);
const head = { number: 7n, hash: hash(7), cluster: "A", timeline: 1 } as Block;
const known = { chain: "c", number: 9n, hash: hash(9), cluster: "A", timeline: 1, sealedAt: "2026-03-02T09:00:00.000Z" };
const here = { cluster: "A", timeline: 1 };
const restore = { reason: "disk failure", actor: "command:ada", at: "2026-03-02T10:00:00.000Z" };

describe("a chain goes on, forks, or is an alarm", () => {
  test("what is known is there: it goes on", () => {
    const found = { head, known: { ...known, number: 7n, hash: hash(7) }, hashAtKnown: hash(7), place: here, restore: null };
    expect(forkOf(found)).toBeNull();
    expect(forkOf({ ...found, known: null, hashAtKnown: null })).toBeNull();
    expect(forkOf({ ...found, head: null, known: null, hashAtKnown: null })).toBeNull();
  });

  test("a known block is gone and nobody recorded a restore: an alarm", () => {
    const found = { head, known, hashAtKnown: null, place: here, restore: null };
    expect(() => forkOf(found)).toThrow(/block 9 .* is gone: the database ends at block 7/);
    expect(() => forkOf({ ...found, head: null })).toThrow(/no block at all/);
    expect(() => forkOf({ ...found, hashAtKnown: hash(1) }), "another block in its place").toThrow(/is gone/);
    expect(() => forkOf({ ...found, place: { cluster: "A", timeline: 0 } }), "an older timeline proves no recovery").toThrow(/is gone/);
  });

  test("a recovery to a point in time began a new timeline: a fork that names what was lost", () => {
    expect(forkOf({ head, known, hashAtKnown: null, place: { cluster: "A", timeline: 2 }, restore: null })).toEqual({
      reason: "recovered to another point in time: timeline 1 became 2",
      lost: { number: 9n, hash: hash(9) },
    });
  });

  test("a restore into another cluster, and one that somebody recorded", () => {
    expect(forkOf({ head, known, hashAtKnown: null, place: { cluster: "B", timeline: 1 }, restore: null })).toMatchObject({
      reason: "moved from cluster A to B",
    });
    expect(forkOf({ head, known, hashAtKnown: null, place: here, restore })).toMatchObject({
      reason: "command:ada recorded a restore at 2026-03-02T10:00:00.000Z: disk failure",
      lost: { number: 9n },
    });
  });

  test("a move that lost nothing is a fork without loss: transaction ids may begin anew", () => {
    const found = { head, known: { ...known, number: 7n, hash: hash(7) }, hashAtKnown: hash(7), restore: null };
    expect(forkOf({ ...found, place: { cluster: "B", timeline: 1 } })).toEqual({ reason: "moved from cluster A to B", lost: null });
    expect(forkOf({ ...found, place: { cluster: "A", timeline: 2 } })).toMatchObject({ lost: null });
  });
});
