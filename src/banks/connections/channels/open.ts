import { Problem } from "../../../errors/problem.ts";
import type { ConnectionInUse } from "../connection.ts";
import type { Channel } from "./channel.ts";
import { openFolder } from "./folder.ts";
import { openMailFolder } from "./mail.ts";

/** What of this installation a channel needs. */
export interface ChannelSurroundings {
  /** Below it lies a folder for each tenant. */
  readonly bankFolder: string;
  /** Servers on this machine: for trying out. */
  readonly allowLocal: boolean;
}

/** @throws Problem that says why the bank cannot be reached */
export async function openChannel(connection: ConnectionInUse, tenantId: string, surroundings: ChannelSurroundings): Promise<Channel> {
  const { kind, settings, credentials, hostKey } = connection;
  if (kind === "folder") return openFolder(surroundings.bankFolder, tenantId, settings);
  if (kind === "mail") return openMailFolder(surroundings.bankFolder, tenantId, settings);
  if (kind === "sftp") {
    // Loaded only where it is used: it is the largest part of all.
    const { openSftp } = await import("./sftp.ts");
    return openSftp({ settings, credentials: credentials ?? {}, hostKey, allowLocal: surroundings.allowLocal });
  }
  throw new Problem("invalid_input", `files of ${connection.name} are brought, not fetched`, {
    hint: `Send them: POST /api/v1/bank-connections/${connection.id}/files`,
  });
}
