import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { Client } from "ssh2";
import { Problem } from "../../../errors/problem.ts";
import type { SftpOptions } from "./sftp.ts";

export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** Signs in at the address, if `verify` likes the key it shows. */
export function connected(client: Client, options: SftpOptions, address: string, verify: (key: Buffer) => boolean): Promise<void> {
  const { settings, credentials } = options;
  return new Promise((resolve, reject) => {
    client.once("ready", resolve);
    client.once("error", reject);
    client.once("close", () => reject(new Error("the server closed the connection")));
    // Some servers ask for the password this way only.
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => credentials.password ?? "")),
    );
    client.connect({
      host: address,
      port: settings.port ?? 22,
      username: settings.username ?? "",
      ...(credentials.password === undefined ? {} : { password: credentials.password, tryKeyboard: true }),
      ...(credentials.privateKey === undefined ? {} : { privateKey: credentials.privateKey }),
      ...(credentials.passphrase === undefined ? {} : { passphrase: credentials.passphrase }),
      hostVerifier: verify,
      readyTimeout: 15_000,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
    });
  });
}

export function keyProblem(host: string, seen: string | null, pinned: string | null): Problem | null {
  if (seen === null || seen === pinned) return null;
  if (pinned === null)
    return new Problem("host_key_unconfirmed", `${host} shows the key ${seen}, which nobody has confirmed`, {
      detail: { hostKey: seen },
      hint: `Compare it with what the bank published, then confirm it: apg bank test --confirm-host-key ${seen}`,
    });
  return new Problem("host_key_changed", `${host} shows the key ${seen} instead of ${pinned}: nothing was sent to it`, {
    detail: { hostKey: seen, pinned },
    hint: "Ask the bank whether it changed its key. Only then forget the old one (apg bank edit --forget-host-key) and confirm the new one.",
  });
}

export function connectionProblem(host: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  if ((error as { level?: unknown }).level === "client-authentication")
    return new Problem("bank_refused", `${host} does not let us in: ${messageOf(error)}`, {
      cause: error,
      hint: "Correct user name, password or key with apg bank edit.",
    });
  if (/parse privateKey|passphrase|Encrypted private/i.test(messageOf(error)))
    return new Problem("bank_refused", "the private key cannot be used: it is no key, or the passphrase does not fit", {
      cause: error,
      hint: "Give the key in the form of OpenSSH or PEM, with its passphrase.",
    });
  return new Problem("bank_unreachable", `${host} does not answer: ${messageOf(error)}`, {
    cause: error,
    hint: "It is tried again by itself. Look at host and port, and whether the bank lets this machine's address in.",
  });
}

/** A tenant names the host: without this it could knock at the doors of the machine that serves all. */
export async function addressOf(host: string, allowLocal: boolean): Promise<string> {
  const address =
    isIP(host) !== 0
      ? host
      : await lookup(host).then(
          ({ address: found }) => found,
          (error) => Promise.reject(connectionProblem(host, error)),
        );
  if (allowLocal || !isLocal(address)) return address;
  throw new Problem("bank_unreachable", `${host} is on this machine or its link, which is not spoken to`, {
    hint: "For trying out, start with --bank-local (APG_BANK_LOCAL).",
  });
}

function isLocal(address: string): boolean {
  return /^(?:127\.|0\.|169\.254\.|::1$|::$|fe80:|::ffff:(?:127|0|169\.254)\.)/i.test(address);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
