import { createHash, randomBytes } from "node:crypto";
import { createWriteStream, existsSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import tar from "tar-stream";
import { Problem } from "../../errors/problem.ts";

/** Content that can be made more than once, each time the same: a tape archive wants to know its size first. */
export type Content = () => AsyncIterable<Uint8Array>;

export interface Added {
  readonly bytes: number;
  readonly sha256: string;
}

/** Where an archive goes. */
export interface ArchiveSink {
  /** @param size when it is known beforehand */
  add(path: string, content: Content, size?: number): Promise<Added>;
}

/** An archive that becomes visible under its name when it is whole, and leaves nothing otherwise. */
export interface ArchiveFile extends ArchiveSink {
  readonly path: string;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/**
 * A folder, or one file for a path that ends in .tar.gz or .tgz.
 * @throws Problem `archive_exists`
 */
export async function createArchive(path: string): Promise<ArchiveFile> {
  const target = resolve(path);
  if (existsSync(target))
    throw new Problem("archive_exists", `${path} is there already`, { hint: "Give another path with --to, or remove it." });
  await mkdir(dirname(target), { recursive: true });
  // Beside the target, so that the rename stays within one file system; no reader takes the name for an archive.
  const partial = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.partial`);
  return /\.(tar\.gz|tgz)$/.test(target) ? tarFile(target, partial) : folder(target, partial);
}

/** Writes an archive to a stream, slowly when the reader is slow. */
export function tarSink(out: Writable, modifiedAt = new Date()): ArchiveSink & { end(): Promise<void> } {
  const pack = tar.pack();
  const sent = pipeline(pack, out);
  sent.catch(() => {});
  return {
    async add(path, content, size) {
      const first = size === undefined ? await copied(content(), async () => {}) : null;
      const announced = first?.bytes ?? (size as number);
      const entry = pack.entry({ name: path, size: announced, mode: 0o600, mtime: modifiedAt });
      let added: Added = { bytes: 0, sha256: "" };
      const pieces = watched(content(), (read) => {
        if (read.bytes !== announced || (first !== null && first.sha256 !== read.sha256))
          throw new Error(`${path} was not the same when it was read again`);
        added = read;
      });
      await Promise.race([pipeline(pieces, entry), sent]);
      return added;
    },
    async end() {
      pack.finalize();
      await sent;
    },
  };
}

async function tarFile(target: string, partial: string): Promise<ArchiveFile> {
  const zip = createGzip({ level: 6 });
  const file = createWriteStream(partial, { flags: "wx", mode: 0o600 });
  const failed = new Promise<never>((_resolve, reject) => {
    file.once("error", reject);
    zip.once("error", reject);
  });
  failed.catch((error: Error) => zip.destroy(error));
  zip.pipe(file);
  const sink = tarSink(zip);
  return {
    path: target,
    add: (path, content, size) => Promise.race([sink.add(path, content, size), failed]),
    async finish() {
      await Promise.race([sink.end(), failed]);
      if (!file.closed) await finished(file);
      await synced(partial);
      await rename(partial, target);
    },
    async abandon() {
      zip.destroy();
      file.destroy();
      await rm(partial, { force: true });
    },
  };
}

async function folder(target: string, partial: string): Promise<ArchiveFile> {
  await mkdir(partial, { mode: 0o700 });
  return {
    path: target,
    async add(path, content) {
      const whole = join(partial, path);
      await mkdir(dirname(whole), { recursive: true, mode: 0o700 });
      const file = await open(whole, "wx", 0o600);
      try {
        const added = await copied(content(), async (bytes) => {
          await file.writeFile(bytes);
        });
        await file.sync();
        return added;
      } finally {
        await file.close();
      }
    },
    finish: () => rename(partial, target),
    abandon: () => rm(partial, { recursive: true, force: true }),
  };
}

async function copied(content: AsyncIterable<Uint8Array>, to: (bytes: Uint8Array) => Promise<void>): Promise<Added> {
  let added: Added = { bytes: 0, sha256: "" };
  const pieces = watched(content, (read) => {
    added = read;
  });
  for await (const piece of pieces) await to(piece);
  return added;
}

/** The pieces as they pass by; at their end `done` hears what they were. */
async function* watched(content: AsyncIterable<Uint8Array>, done: (read: Added) => void): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of content) {
    hash.update(piece);
    bytes += piece.byteLength;
    yield piece;
  }
  done({ bytes, sha256: hash.digest("hex") });
}

async function synced(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync().finally(() => file.close());
}
