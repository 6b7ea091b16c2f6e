import { withClient } from "../../postgres/connect.ts";
import { type Database, loginRoles } from "../../postgres/database.ts";
import { encryptExisting } from "../keys/encrypt-existing.ts";
import { type Migrated, migrate } from "./migrate.ts";

/** Migrates, and gives the login roles the passwords that this data folder keeps. */
export async function migrateDatabase(database: Database, log: (line: string) => void = () => {}): Promise<Migrated> {
  const passwords = Object.fromEntries(loginRoles.map((role) => [role, database.secrets.passwordOf(role)]));
  const before = { only_encrypted: (told: (line: string) => void) => encryptExisting(database.admin, told) };
  const options = { passwords, contextKey: database.contextKey(), before, log };
  // The connection is of before the database's own settings.
  return withClient(database.admin, (client) => migrate(client, options), { thenClose: ({ newSettings }) => newSettings });
}
