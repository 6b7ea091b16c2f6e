import { join } from "node:path";
import type { Database } from "../../postgres/database.ts";
import type { Settings } from "../../settings/list.ts";
import type { SyncSurroundings } from "./sync.ts";

/** What syncs and tests of connections need, as the settings say. */
export function surroundingsOf(
  database: Pick<Database, "app">,
  settings: Pick<Settings, "dataDir" | "bankFolder" | "bankLocal" | "uploadLimit">,
  onTrouble: (error: unknown) => void,
): SyncSurroundings {
  return {
    pool: database.app,
    bankFolder: settings.bankFolder ?? join(settings.dataDir, "banks"),
    allowLocal: settings.bankLocal,
    uploadFolder: join(settings.dataDir, "uploads"),
    fileLimitBytes: settings.uploadLimit,
    onTrouble,
  };
}
