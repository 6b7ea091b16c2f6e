import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import type { FileSource } from "../../statements/posting/deliveries.ts";

const heldBytes = 16 << 20;

/**
 * The bytes of a file, to be read more than once while it is imported: in memory, and on disk where they are many, as an upload is;
 * then gone, and swept up with uploads after a kill (the folder's prefix is theirs).
 */
export async function withBytes<T>(
  name: string,
  bytes: number,
  folder: string,
  fill: (write: (piece: Buffer) => Promise<void>) => Promise<void>,
  use: (source: FileSource) => Promise<T>,
): Promise<T> {
  if (bytes <= heldBytes) {
    const held: Buffer[] = [];
    await fill(async (piece) => void held.push(piece));
    return use({ name, open: () => inMemory(held) });
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = await mkdtemp(join(folder, "apg-upload-"));
  try {
    const path = join(place, "file");
    const handle = await open(path, "wx", 0o600);
    try {
      await fill(async (piece) => void (await handle.write(piece)));
    } finally {
      await handle.close();
    }
    return await use({ name, open: () => createReadStream(path, { highWaterMark: 1 << 20 }) });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function* inMemory(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* pieces;
}
