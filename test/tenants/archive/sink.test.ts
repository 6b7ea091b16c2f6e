import { execFileSync } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { type Content, tarSink } from "../../../src/tenants/archive/sink.ts";

const folder = mkdtempSync(join(tmpdir(), "apg-test-sink-"));
afterAll(() => rmSync(folder, { recursive: true }));

const files = {
  "README.txt": Buffer.from("hello"),
  empty: Buffer.alloc(0),
  "a-block": Buffer.alloc(512, "x"),
  large: Buffer.alloc(300_000, "y"),
  [`received/${"0123456789".repeat(9)}/${"n".repeat(180)}`]: Buffer.from("long path"),
};

function of(...pieces: Buffer[]): Content {
  return async function* () {
    yield* pieces;
  };
}

test("the system's own tar unpacks an archive", async () => {
  const path = join(folder, "a.tar");
  const sink = tarSink(createWriteStream(path));
  for (const [name, content] of Object.entries(files)) {
    const added = await sink.add(name, of(content.subarray(0, 100), content.subarray(100)));
    expect(added.bytes).toBe(content.length);
  }
  await sink.end();
  execFileSync("tar", ["-xf", path], { cwd: folder });
  for (const [name, content] of Object.entries(files)) expect(readFileSync(join(folder, name))).toEqual(content);
});

test("content that is another when it is read again ends the archive", async () => {
  let readings = 0;
  const changing: Content = async function* () {
    readings += 1;
    yield Buffer.from(`reading ${readings}`);
  };
  await expect(tarSink(new PassThrough()).add("changing", changing)).rejects.toThrow("was not the same when it was read again");
  await expect(tarSink(new PassThrough()).add("shorter", of(Buffer.from("abc")), 4)).rejects.toThrow("was not the same");
  await expect(tarSink(new PassThrough()).add("longer", of(Buffer.from("abcde")), 4)).rejects.toThrow("was not the same");
});

test("a reader that goes away ends the archive, and is not waited for", async () => {
  const out = new PassThrough();
  const sink = tarSink(out);
  const adding = sink.add("large", of(...Array.from({ length: 1_000 }, () => Buffer.alloc(10_000))), 10_000_000);
  out.destroy();
  await expect(adding).rejects.toThrow();
  await expect(sink.end()).rejects.toThrow();
});
