import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tarEnd, tarFiles, tarHeader, tarPadding } from "../../../src/tenants/archive/tar.ts";

const files = [
  { path: "README.txt", content: Buffer.from("hello") },
  { path: "empty", content: Buffer.alloc(0) },
  { path: "a-block", content: Buffer.alloc(512, "x") },
  { path: `received/${"0123456789".repeat(9)}/${"n".repeat(80)}`, content: Buffer.from("long path") },
];

function archive(): Buffer {
  const modifiedAt = new Date("2026-11-22T10:00:00Z");
  const parts = files.flatMap(({ path, content }) => [
    tarHeader({ path, size: content.length, modifiedAt }),
    content,
    tarPadding(content.length),
  ]);
  return Buffer.concat([...parts, tarEnd]);
}

async function* cut(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(source: AsyncIterable<Uint8Array>): Promise<{ path: string; content: Buffer }[]> {
  const found: { path: string; content: Buffer }[] = [];
  for await (const file of tarFiles(source)) {
    const pieces: Buffer[] = [];
    for await (const piece of file.content()) pieces.push(Buffer.from(piece));
    found.push({ path: file.path, content: Buffer.concat(pieces) });
  }
  return found;
}

test.each([1, 100, 512, 100_000])("an archive that arrives in pieces of %i bytes is read as it was written", async (size) => {
  expect(await read(cut(archive(), size))).toEqual(files);
});

test("the system's own tar unpacks it", () => {
  const folder = mkdtempSync(join(tmpdir(), "apg-test-tar-"));
  try {
    writeFileSync(join(folder, "a.tar"), archive());
    execFileSync("tar", ["-xf", "a.tar"], { cwd: folder });
    for (const { path, content } of files) expect(readFileSync(join(folder, path))).toEqual(content);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a size beyond 8 GiB comes back", async () => {
  const size = 9 * 2 ** 30;
  const header = tarHeader({ path: "big", size, modifiedAt: new Date(0) });
  for await (const file of tarFiles(cut(header, 512))) {
    expect(file.size).toBe(size);
    break;
  }
});

test("a cut and an altered archive are refused, and a path that fits nowhere", async () => {
  await expect(read(cut(archive().subarray(0, 700), 100))).rejects.toThrow("cut off");
  const altered = archive();
  altered.write("X", 0);
  await expect(read(cut(altered, 512))).rejects.toThrow("does not add up");
  expect(() => tarHeader({ path: "x".repeat(200), size: 0, modifiedAt: new Date(0) })).toThrow("too long");
});
