import { posix } from "node:path";
import ssh2, { type Client, type FileEntry, type SFTPWrapper, type Stats } from "ssh2";
import { Problem } from "../../../errors/problem.ts";
import type { ConnectionCredentials, ConnectionSettings } from "../contract.ts";
import { type Channel, freeNames, isTemporaryName, type ListedFile, nameFits, type OpenFile, unreadableFile } from "./channel.ts";
import { addressOf, connected, connectionProblem, fingerprintOf, keyProblem, messageOf } from "./ssh.ts";

export interface SftpOptions {
  readonly settings: ConnectionSettings;
  readonly credentials: ConnectionCredentials;
  /** The fingerprint that somebody confirmed. Nobody signs in at a server with another, or without one. */
  readonly hostKey: string | null;
  /** Servers on this machine and its link: for trying out. */
  readonly allowLocal: boolean;
}

/**
 * Signs in and opens SFTP. The server's key is looked at before anything secret is sent.
 * @throws Problem `host_key_unconfirmed`, `host_key_changed`, `bank_unreachable`, `bank_refused`
 */
export async function openSftp(options: SftpOptions): Promise<Channel> {
  const { settings } = options;
  const host = settings.host ?? "";
  const address = await addressOf(host, options.allowLocal);
  const client = new ssh2.Client();
  let seen: string | null = null;
  const verify = (key: Buffer): boolean => {
    seen = fingerprintOf(key);
    return seen === options.hostKey;
  };
  try {
    await connected(client, options, address, verify);
    const sftp = await asked<SFTPWrapper>((done) => client.sftp(done));
    return new SftpChannel(client, sftp, settings);
  } catch (error) {
    client.end();
    throw keyProblem(host, seen, options.hostKey) ?? connectionProblem(host, error);
  }
}

class SftpChannel implements Channel {
  readonly #client: Client;
  readonly #sftp: SFTPWrapper;
  readonly #settings: ConnectionSettings;
  readonly #waiting = new Set<(error: Error) => void>();
  #lost: Error | null = null;

  constructor(client: Client, sftp: SFTPWrapper, settings: ConnectionSettings) {
    this.#client = client;
    this.#sftp = sftp;
    this.#settings = settings;
    // What waits for an answer when the line breaks would wait for ever.
    const lost = (cause: unknown) => {
      this.#lost ??= connectionProblem(settings.host ?? "", cause);
      for (const reject of this.#waiting) reject(this.#lost);
    };
    client.once("error", lost);
    client.once("close", () => lost(new Error("the connection was closed")));
  }

  async list(): Promise<ListedFile[]> {
    const folder = this.#settings.path ?? ".";
    const entries = await this.#ask<FileEntry[]>((done) => this.#sftp.readdir(folder, done)).catch((error: unknown) => {
      if (error instanceof Problem) throw error;
      throw new Problem("bank_folder_unusable", `the folder ${folder} at ${this.#settings.host} cannot be listed: ${messageOf(error)}`, {
        cause: error,
        hint: "Correct the path with apg bank edit --path, or ask the bank for the right to it.",
      });
    });
    return entries
      .filter(({ filename, attrs }) => isFile(attrs.mode) && !isTemporaryName(filename) && nameFits(filename, this.#settings.patterns))
      .map(({ filename, attrs }) => ({ name: filename, path: posix.join(folder, filename), ...factsOf(attrs) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async open(file: ListedFile): Promise<OpenFile> {
    const handle = await this.#ask<Buffer>((done) => this.#sftp.open(file.path, "r", done)).catch((error: unknown) => {
      throw error instanceof Problem ? error : unreadableFile(file.name, error);
    });
    return {
      read: (offset, length) => this.#read(file, handle, offset, length),
      close: () =>
        this.#ask<void>((done) => this.#sftp.close(handle, (error) => done(error ?? undefined, undefined))).catch(() => undefined),
    };
  }

  /** Many blocks at once: one after the other, each would wait for a round trip. */
  async #read(file: ListedFile, handle: Buffer, offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    const starts = Array.from({ length: Math.ceil(length / blockBytes) }, (_, index) => index * blockBytes);
    const filled = await Promise.all(
      starts.map((start) => this.#fill(handle, buffer, start, Math.min(start + blockBytes, length), offset)),
    ).catch((error: unknown) => {
      throw error instanceof Problem ? error : unreadableFile(file.name, error);
    });
    const gap = filled.findIndex((bytes, index) => bytes < Math.min(blockBytes, length - index * blockBytes));
    return gap === -1 ? buffer : buffer.subarray(0, gap * blockBytes + (filled[gap] ?? 0));
  }

  async #fill(handle: Buffer, buffer: Buffer, from: number, to: number, offset: number): Promise<number> {
    let at = from;
    while (at < to) {
      const got = await this.#ask<number>((done) =>
        this.#sftp.read(handle, buffer, at, to - at, offset + at, (error, bytes) =>
          isEndOfFile(error) ? done(undefined, 0) : done(error ?? undefined, bytes),
        ),
      );
      if (got === 0) break;
      at += got;
    }
    return at - from;
  }

  async stat(file: ListedFile) {
    const found = await this.#ask<Stats>((done) => this.#sftp.lstat(file.path, done)).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === noSuchFile) return null;
      throw error;
    });
    return found === null ? null : factsOf(found);
  }

  async move(file: ListedFile, to: string): Promise<string> {
    const folder = to.startsWith("/") ? to : posix.join(this.#settings.path ?? ".", to);
    await this.#ask<void>((done) => this.#sftp.mkdir(folder, (error) => done(error ?? undefined, undefined))).catch((error: unknown) => {
      if (error instanceof Problem) throw error;
    });
    for (const name of freeNames(file.name)) {
      const target = posix.join(folder, name);
      // Version 3 of the protocol refuses to rename over a file; servers that do not are asked first.
      if ((await this.stat({ ...file, path: target })) !== null) continue;
      await this.#ask<void>((done) => this.#sftp.rename(file.path, target, (error) => done(error ?? undefined, undefined)));
      return target;
    }
    throw new Problem("bank_folder_unusable", `${to} has no room for ${file.name}`);
  }

  async remove(file: ListedFile): Promise<void> {
    await this.#ask<void>((done) => this.#sftp.unlink(file.path, (error) => done(error ?? undefined, undefined)));
  }

  async close(): Promise<void> {
    this.#client.end();
  }

  #ask<T>(call: (done: (error: Error | undefined, value: T) => void) => unknown): Promise<T> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      call((error, value) => {
        this.#waiting.delete(reject);
        if (error) reject(error);
        else resolve(value);
      });
    });
  }
}

const blockBytes = 32 * 1024;
const noSuchFile = 2;

function factsOf(attrs: Pick<Stats, "size" | "mtime">): { bytes: number; modifiedAt: Date } {
  return { bytes: attrs.size, modifiedAt: new Date(attrs.mtime * 1000) };
}

/** Neither a folder nor a link, which could lead anywhere. */
function isFile(mode: number): boolean {
  return (mode & 0o170000) === 0o100000;
}

function isEndOfFile(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 1;
}

function asked<T>(call: (done: (error: Error | undefined, value: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
}
