import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../errors/problem.ts";

/** The passwords of the database roles, made once and kept in `secrets/roles.json` of the data folder, for its owner alone. */
export interface RoleSecrets {
  /** The role's password; makes and keeps one at the first call. */
  passwordOf(role: string): string;
}

/** @throws Problem `data_dir_unusable` */
export function openSecrets(dataDir: string): RoleSecrets {
  const folder = join(dataDir, "secrets");
  const path = join(folder, "roles.json");
  return {
    passwordOf(role) {
      const known = read(path);
      const password = known[role];
      if (password !== undefined) return password;
      const made = randomBytes(24).toString("base64url");
      write(folder, path, { ...known, [role]: made });
      return made;
    },
  };
}

function read(path: string): Readonly<Record<string, string>> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw unusable(path, "cannot be read", error);
  }
}

function write(folder: string, path: string, secrets: Readonly<Record<string, string>>): void {
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o700);
    const fresh = `${path}.${process.pid}.new`;
    writeFileSync(fresh, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(fresh, path);
  } catch (error) {
    throw unusable(path, "cannot be written", error);
  }
}

function unusable(path: string, fact: string, cause: unknown): Problem {
  return new Problem("data_dir_unusable", `${path} ${fact}: ${cause instanceof Error ? cause.message : cause}`, {
    hint: "Run this as the data folder's owner, or choose another folder with --data-dir=FOLDER (APG_DATA_DIR).",
    cause,
  });
}
