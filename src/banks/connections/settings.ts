import { Problem } from "../../errors/problem.ts";
import type { ConnectionCredentials, ConnectionKind, ConnectionSettings } from "./contract.ts";

const belongs: Readonly<Record<ConnectionKind, readonly (keyof ConnectionSettings)[]>> = {
  folder: ["path", "patterns", "after", "moveTo", "settleSeconds"],
  sftp: ["host", "port", "username", "path", "patterns", "after", "moveTo", "settleSeconds"],
  mail: ["path", "senders", "patterns", "after", "moveTo"],
  upload: [],
};
const needed: Readonly<Record<ConnectionKind, readonly (keyof ConnectionSettings)[]>> = {
  folder: [],
  sftp: ["host", "username"],
  mail: ["senders"],
  upload: [],
};

/** What a kind needs, and nothing that means nothing to it. @throws Problem `invalid_input` */
export function requireSettings(kind: ConnectionKind, settings: ConnectionSettings): ConnectionSettings {
  for (const name of Object.keys(settings) as (keyof ConnectionSettings)[])
    if (!belongs[kind].includes(name))
      throw refused(`a connection of kind ${kind} has no ${wordOf(name)}`, `It has: ${listOf(belongs[kind])}`);
  for (const name of needed[kind]) {
    const value = settings[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0))
      throw refused(`a connection of kind ${kind} needs ${wordOf(name)}`, `Give ${flagOf(name)}.`);
  }
  if (settings.after === "move" && settings.moveTo === undefined)
    throw refused("where imported files are moved to is missing", "Give --move-to, such as done.");
  if (settings.moveTo !== undefined && settings.after !== "move")
    throw refused("a folder for imported files is named, and they are not moved", "Give --after move, or leave --move-to out.");
  return settings;
}

/** @throws Problem `invalid_input` */
export function requireCredentials(kind: ConnectionKind, credentials: ConnectionCredentials | null): void {
  if (kind !== "sftp" && credentials !== null) throw refused(`a connection of kind ${kind} has no credentials`, "Leave them out.");
  if (credentials === null) return;
  if (credentials.password === undefined && credentials.privateKey === undefined)
    throw refused("a password or a private key is missing", "Give --password-stdin, or --private-key FILE.");
  if (credentials.passphrase !== undefined && credentials.privateKey === undefined)
    throw refused("a passphrase without a private key opens nothing", "Give --private-key FILE.");
}

function refused(fact: string, hint: string): Problem {
  return new Problem("invalid_input", fact, { hint });
}

function wordOf(name: keyof ConnectionSettings): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const flags: Partial<Record<keyof ConnectionSettings, string>> = { username: "--username", senders: "--sender", patterns: "--pattern" };

function flagOf(name: keyof ConnectionSettings): string {
  return flags[name] ?? `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function listOf(names: readonly (keyof ConnectionSettings)[]): string {
  return names.length === 0 ? "none" : names.map(flagOf).join(", ");
}
