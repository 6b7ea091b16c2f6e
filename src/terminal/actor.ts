import { userInfo } from "node:os";

/** Who acts when a command does, for the audit trail: the user of the operating system, by number where he has no name. */
export function commandActor(): string {
  try {
    return `command:${userInfo().username}`;
  } catch {
    return `command:uid-${process.getuid?.() ?? "unknown"}`;
  }
}
