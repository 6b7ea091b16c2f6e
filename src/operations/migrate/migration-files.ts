import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The folder of everything PostgreSQL reads; the same distance from src/ and from dist/. */
export const databaseFolder = fileURLToPath(new URL("../../../database/", import.meta.url));

export interface MigrationFile {
  readonly number: number;
  /** File name without `.sql`, such as `0002_ground`. */
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

/** All migrations of a folder by number. A name that does not say its number is a defect of ours, not of the database. */
export async function readMigrations(folder = `${databaseFolder}migrations/`): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  const files = await Promise.all(names.map((name) => readMigration(folder, name)));
  for (const [index, file] of files.entries()) {
    if (file.number === files[index + 1]?.number) throw new Error(`two migrations have the number ${file.number}`);
  }
  return files;
}

/** A file such as roles.sql, as text the hash does not depend on the checkout for. */
export async function readDatabaseFile(name: string): Promise<string> {
  return unixLines(await readFile(`${databaseFolder}${name}`, "utf8"));
}

async function readMigration(folder: string, fileName: string): Promise<MigrationFile> {
  const number = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(fileName)?.[1];
  if (number === undefined) throw new Error(`${fileName} is not named NNNN_subject.sql`);
  const sql = unixLines(await readFile(`${folder}${fileName}`, "utf8"));
  return { number: Number(number), name: fileName.slice(0, -".sql".length), sql, sha256: createHash("sha256").update(sql).digest("hex") };
}

// A checkout on Windows may turn line ends; the text means the same.
function unixLines(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
