import type { TableRow } from "./dialect.ts";
import type { TableProfile, TableRefusal } from "./profile.ts";
import type { TableBody } from "./rows.ts";

/** What a reader found in a table, for a preview: the raw rows, how they are read, and what became of them. */
export interface TableSeen {
  readonly rows: readonly TableRow[];
  readonly delimiter: string | null;
  readonly sheet: string | null;
  /** Names of a workbook's sheets. */
  readonly sheets: readonly string[];
  readonly profile: TableProfile | TableRefusal;
  readonly body: TableBody | null;
  /** The saved profile it was read with, because it fits. */
  readonly savedProfile: string | null;
}
