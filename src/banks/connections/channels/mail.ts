import { lstat, mkdir, readdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import PostalMime from "postal-mime";
import { Problem } from "../../../errors/problem.ts";
import type { ConnectionSettings } from "../contract.ts";
import { type Channel, type ListedFile, nameFits } from "./channel.ts";
import { folderWithin, openFolder } from "./folder.ts";

/**
 * A folder of messages: a maildir (new/ and cur/, which a mail server fills), or a folder of .eml files. A message is one file: it is
 * kept whole, and each attachment that fits becomes a delivery.
 */
export async function openMailFolder(root: string, tenantId: string, settings: ConnectionSettings): Promise<Channel> {
  const { patterns: _, ...place } = settings;
  const plain = await openFolder(root, tenantId, { ...place, patterns: ["*.eml"] });
  const folder = await folderWithin(join(root, tenantId), settings.path ?? ".");
  if (!(await isFolder(join(folder, "new")))) return plain;
  return {
    ...bound(plain),
    list: () => listMaildir(folder),
    async move(file, to) {
      // In a maildir, what was read goes from new/ to cur/ with the flag S, unless a folder is named.
      if (to !== "cur") return plain.move(file, to);
      await mkdir(join(folder, "cur"), { recursive: true, mode: 0o700 });
      const name = `${uniqueOf(basename(file.path))}:2,S`;
      await rename(file.path, join(folder, "cur", name));
      return `cur/${name}`;
    },
  };
}

/** An attachment, as it was before it was encoded. */
export interface Attachment {
  readonly name: string;
  readonly content: Uint8Array;
}

/** A message's attachments that may be statements. @throws Problem `bank_message_refused` */
export async function attachmentsOf(message: Buffer, settings: ConnectionSettings): Promise<Attachment[]> {
  const mail = await parsed(message);
  requireSender(mail.from?.address, settings.senders);
  const found = mail.attachments
    .filter(({ filename, related }) => related !== true && nameFits(filename ?? "", settings.patterns))
    .map(({ filename, content }, index) => ({ name: plainName(filename, index), content: bytesOf(content) }));
  if (found.length === 0)
    throw new Problem("bank_message_refused", "the message has no attachment that fits", {
      detail: { attachments: mail.attachments.map(({ filename }) => filename ?? "") },
      hint: "Dismiss it, or widen the patterns of the connection.",
    });
  return found;
}

async function parsed(message: Buffer) {
  try {
    return await PostalMime.parse(message, { attachmentEncoding: "arraybuffer" });
  } catch (error) {
    throw new Problem("bank_message_refused", "the file is not an e-mail message", { cause: error, hint: "Dismiss it." });
  }
}

/** What a message says of its sender can be forged; that the mail server checks it is said in docs/operate/bank-connections.md. */
function requireSender(from: string | undefined, senders: readonly string[] | undefined): void {
  const address = from?.toLowerCase() ?? "";
  const fits = (senders ?? []).some((sender) => {
    const wanted = sender.toLowerCase();
    return wanted.startsWith("@") ? address.endsWith(wanted) : address === wanted;
  });
  if (fits) return;
  throw new Problem("bank_message_refused", `the message is from ${address === "" ? "nobody" : address}, who is not among the senders`, {
    hint: "Add the sender to the connection if the bank sends so; else dismiss the message.",
  });
}

async function listMaildir(folder: string): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  for (const part of ["new", "cur"]) {
    const names = await readdir(join(folder, part)).catch(() => []);
    for (const name of names.filter((one) => !one.startsWith(".")).sort()) {
      const path = join(folder, part, name);
      const status = await lstat(path).catch(() => null);
      if (status?.isFile() !== true) continue;
      const unique = uniqueOf(name);
      files.push({ name: unique, key: unique, path, bytes: status.size, modifiedAt: status.mtime });
    }
  }
  return files;
}

/** The part of a name that stays when flags change. */
function uniqueOf(name: string): string {
  return name.split(":2,")[0] ?? name;
}

function bound(channel: Channel): Omit<Channel, "list" | "move"> {
  return {
    open: (file) => channel.open(file),
    stat: (file) => channel.stat(file),
    remove: (file) => channel.remove(file),
    close: () => channel.close(),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null))?.isDirectory() === true;
}

function plainName(name: string | null, index: number): string {
  const last = (name ?? "").split(/[\\/]/).at(-1) ?? "";
  return last.replace(/\p{C}/gu, "").trim().slice(0, 200) || `attachment-${index + 1}`;
}

function bytesOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : new Uint8Array(content as ArrayBuffer);
}
