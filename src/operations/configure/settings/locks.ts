import { by, guided, type SettingGroup } from "../setting.ts";

export const locks: SettingGroup = {
  title: "Locks and limits of time",
  settings: [
    {
      name: "max_locks_per_transaction",
      guide: guided("S118", "256"),
      value: (_target, budget) => String(budget.locksPerTransaction),
      why: "a statement that no partition can be ruled out for locks each of them and its indexes; four such at once must fit",
    },
    {
      name: "idle_in_transaction_session_timeout",
      guide: guided("S131", "600s"),
      value: by({ development: "10min", staging: "60s", production: "60s" }),
      why: "a forgotten transaction holds locks, vacuum and the sealing of the audit trail back",
    },
  ],
};
