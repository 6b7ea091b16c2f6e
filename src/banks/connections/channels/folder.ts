import { constants, type Stats } from "node:fs";
import { copyFile, link, lstat, mkdir, open, readdir, realpath, unlink } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { Problem } from "../../../errors/problem.ts";
import type { ConnectionSettings } from "../contract.ts";
import { type Channel, freeNames, isTemporaryName, type ListedFile, nameFits, type OpenFile, unreadableFile } from "./channel.ts";

/**
 * A folder on the machine of the program, that somebody else's transfer program fills. It lies below the tenant's own
 * (`root`/tenant): whatever a tenant writes into a connection reaches no other tenant's files.
 * @throws Problem `bank_folder_unusable`
 */
export async function openFolder(root: string, tenantId: string, settings: ConnectionSettings): Promise<Channel> {
  const base = join(root, tenantId);
  await mkdir(base, { recursive: true, mode: 0o700 });
  const folder = await folderWithin(base, settings.path ?? ".");
  return new FolderChannel(base, folder, settings.patterns);
}

class FolderChannel implements Channel {
  readonly #base: string;
  readonly #folder: string;
  readonly #patterns: readonly string[] | undefined;

  constructor(base: string, folder: string, patterns: readonly string[] | undefined) {
    this.#base = base;
    this.#folder = folder;
    this.#patterns = patterns;
  }

  async list(): Promise<ListedFile[]> {
    const names = (await readdir(this.#folder)).filter((name) => !isTemporaryName(name) && nameFits(name, this.#patterns));
    const files: ListedFile[] = [];
    for (const name of names.sort()) {
      const path = join(this.#folder, name);
      // A link could lead anywhere: only what lies here is taken.
      const status = await lstat(path).catch(() => null);
      if (status?.isFile() === true) files.push(listed(name, path, status));
    }
    return files;
  }

  async open(file: ListedFile): Promise<OpenFile> {
    try {
      const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
      return {
        async read(offset, length) {
          const buffer = Buffer.allocUnsafe(length);
          let filled = 0;
          while (filled < length) {
            const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return buffer.subarray(0, filled);
        },
        close: () => handle.close(),
      };
    } catch (error) {
      throw unreadableFile(file.name, error);
    }
  }

  async stat(file: ListedFile) {
    const status = await lstat(file.path).catch(() => null);
    return status === null ? null : { bytes: status.size, modifiedAt: status.mtime };
  }

  async move(file: ListedFile, to: string): Promise<string> {
    const within = isAbsolute(to) ? to.slice(1) : join(relative(this.#base, this.#folder), to);
    const target = resolve(this.#base, within);
    requireWithin(this.#base, target, to);
    await mkdir(target, { recursive: true, mode: 0o700 });
    const real = await folderWithin(this.#base, within);
    for (const name of freeNames(file.name)) {
      const path = join(real, name);
      if (!(await placed(file.path, path))) continue;
      await unlink(file.path);
      return relative(this.#base, path);
    }
    throw new Problem("bank_folder_unusable", `${to} has no room for ${file.name}`, { hint: "Clear the folder of imported files." });
  }

  async remove(file: ListedFile): Promise<void> {
    await unlink(file.path);
  }

  async close(): Promise<void> {}
}

/** A second name first, the old one away after: rename would silently replace what is there. */
async function placed(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (code !== "EXDEV" && code !== "EPERM" && code !== "ENOTSUP") throw error;
  }
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function listed(name: string, path: string, status: Stats): ListedFile {
  return { name, path, bytes: status.size, modifiedAt: status.mtime };
}

/** @throws Problem `bank_folder_unusable` when it is not there, or leads out */
export async function folderWithin(base: string, path: string): Promise<string> {
  const wanted = resolve(base, isAbsolute(path) ? path.slice(1) : path);
  requireWithin(base, wanted, path);
  let real: string;
  try {
    real = await realpath(wanted);
    if (!(await lstat(real)).isDirectory()) throw new Error("it is no folder");
  } catch (error) {
    throw new Problem("bank_folder_unusable", `the folder ${path} cannot be used`, {
      cause: error,
      hint: `Make it on the machine of the program, below the tenant's own: ${wanted}`,
    });
  }
  requireWithin(await realpath(base), real, path);
  return real;
}

function requireWithin(base: string, path: string, shown: string): void {
  if (path === base || path.startsWith(base + sep)) return;
  throw new Problem("bank_folder_unusable", `the folder ${shown} leads out of the tenant's own`, {
    hint: "Give a path below it; --bank-folder (APG_BANK_FOLDER) says where tenants' folders are.",
  });
}
