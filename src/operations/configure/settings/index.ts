import type { SettingGroup } from "../setting.ts";
import { autovacuum } from "./autovacuum.ts";
import { connections } from "./connections.ts";
import { locale } from "./locale.ts";
import { locks } from "./locks.ts";
import { logging } from "./logging.ts";
import { memory } from "./memory.ts";
import { planner } from "./planner.ts";
import { replication } from "./replication.ts";
import { statistics } from "./statistics.ts";
import { tls } from "./tls.ts";
import { wal } from "./wal.ts";
import { workers } from "./workers.ts";

export { leftOut } from "./left-out.ts";

/** Every server setting that is written, in the order of the file. */
export const settingGroups: readonly SettingGroup[] = [
  connections,
  tls,
  memory,
  workers,
  wal,
  replication,
  planner,
  logging,
  statistics,
  autovacuum,
  locks,
  locale,
];
