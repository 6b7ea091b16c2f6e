import { readFile, stat } from "node:fs/promises";

/** What PgBouncer's auth_file holds, without the secrets themselves. */
export interface UserList {
  readonly file: string;
  /** Of the file system. */
  readonly mode: number;
  readonly entries: readonly { readonly name: string; readonly kind: "clear" | "md5" | "scram" | "none" }[];
}

export async function readUserList(file: string): Promise<UserList | null> {
  try {
    const text = await readFile(file, "utf8");
    const { mode } = await stat(file);
    const lines = text.matchAll(/^\s*"((?:[^"]|"")*)"\s+"((?:[^"]|"")*)"/gm);
    return {
      file,
      mode,
      entries: [...lines].map(([, name = "", secret = ""]) => ({ name: name.replaceAll('""', '"'), kind: kindOf(secret) })),
    };
  } catch {
    return null;
  }
}

function kindOf(secret: string): UserList["entries"][number]["kind"] {
  if (secret === "") return "none";
  if (/^md5[0-9a-f]{32}$/.test(secret)) return "md5";
  return secret.startsWith("SCRAM-SHA-256$") ? "scram" : "clear";
}
