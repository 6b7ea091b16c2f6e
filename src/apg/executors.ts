import type { Executors } from "../access/approvals/carry-out.ts";
import { accessExecutors } from "../access/executors.ts";

/** How every domain carries out what was approved (docs/why/four-eyes.md); the server and `apg access approvals approve` share it. */
export const executors: Executors = { ...accessExecutors };
