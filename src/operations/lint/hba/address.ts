import { isIP } from "node:net";
import type { Address } from "./rule.ts";

/** Reads the address of a rule, with the mask of the next column when the rule has one. Answers what is wrong as a text. */
export function readAddress(text: string, quoted: boolean, mask: string | null): Address | string {
  if (!quoted && (text === "all" || text === "samehost" || text === "samenet")) return { kind: text };
  const [address = "", length, more] = text.split("/");
  const family = isIP(address);
  if (family === 0)
    return length === undefined && mask === null ? { kind: "hostname", name: text.toLowerCase() } : `"${text}" is no address`;
  const width = family === 4 ? 32 : 128;
  const bits = bitsOf(address, family);
  if (length !== undefined) {
    const prefix = Number(length);
    if (more !== undefined || !/^\d{1,3}$/.test(length) || prefix > width) return `"${text}" has no valid prefix length`;
    return network(family, bits, prefix);
  }
  if (mask === null) return `"${text}" has neither a prefix length nor a mask`;
  if (isIP(mask) !== family) return `"${mask}" is no mask for "${text}"`;
  const prefix = prefixOf(bitsOf(mask, family), width);
  return prefix === null ? `"${mask}" is no mask: its ones are not all in front` : network(family, bits, prefix);
}

export function covers(outer: Address, inner: Address): boolean {
  if (outer.kind === "all") return true;
  if (inner.kind === "network" && inner.prefix === 0 && outer.kind === "network")
    return outer.prefix === 0 && outer.family === inner.family;
  if (outer.kind === "network" && inner.kind === "network")
    return outer.family === inner.family && outer.prefix <= inner.prefix && head(inner.bits, inner.family, outer.prefix) === outer.bits;
  // The server's own addresses; of the loopback ones we know that they are.
  if (outer.kind === "samehost" || outer.kind === "samenet")
    return inner.kind === "samehost" || inner.kind === outer.kind || (inner.kind === "network" && isSingleLoopback(inner));
  if (outer.kind === "hostname" && inner.kind === "hostname")
    return outer.name === inner.name || (outer.name.startsWith(".") && inner.name.endsWith(outer.name));
  return false;
}

/** Nobody but this machine. */
export function isLoopback(address: Address): boolean {
  if (address.kind === "hostname") return address.name === "localhost";
  return covers(loopback4, address) || covers(loopback6, address) || address.kind === "samehost";
}

/** One machine, as far as the rule can tell. */
export function isSingleHost(address: Address): boolean {
  if (address.kind === "network") return address.prefix === (address.family === 4 ? 32 : 128) || isLoopback(address);
  return address.kind === "samehost" || (address.kind === "hostname" && !address.name.startsWith("."));
}

/** Everybody, or a share of all addresses that no company has. */
export function isAnywhere(address: Address): boolean {
  return address.kind === "all" || (address.kind === "network" && address.prefix < (address.family === 4 ? 8 : 16));
}

export const everywhere: readonly Address[] = [network(4, 0n, 0), network(6, 0n, 0)];
export const loopback4 = network(4, 127n << 24n, 8);
export const loopback6 = network(6, 1n, 128);

/** The same place in the other family, where there is one. */
export function counterpart(address: Address): Address | null {
  if (address.kind !== "network") return null;
  if (address.prefix === 0) return network(address.family === 4 ? 6 : 4, 0n, 0);
  if (covers(loopback4, address)) return loopback6;
  return covers(loopback6, address) ? network(4, (127n << 24n) + 1n, 32) : null;
}

export function addressText(address: Address): string {
  if (address.kind === "hostname") return address.name;
  if (address.kind !== "network") return address.kind;
  const { family, bits, prefix } = address;
  const groups = family === 4 ? 4 : 8;
  const size = family === 4 ? 8n : 16n;
  const parts = Array.from({ length: groups }, (_, at) => (bits >> (size * BigInt(groups - 1 - at))) & ((1n << size) - 1n));
  const text = parts.map((part) => part.toString(family === 4 ? 10 : 16)).join(family === 4 ? "." : ":");
  return `${text
    .replace(/^(?:0:)*0(?=:|$)/, family === 6 ? ":" : "$&")
    .replace(/^:(?=[^:])/, "::")
    .replace(/^:$/, "::")}/${prefix}`;
}

function isSingleLoopback(address: Address & { kind: "network" }): boolean {
  return covers(loopback6, address) || (covers(loopback4, address) && address.prefix === 32);
}

function network(family: number, bits: bigint, prefix: number): Address & { kind: "network" } {
  const of = family === 6 ? 6 : 4;
  return { kind: "network", family: of, bits: head(bits, of, prefix), prefix };
}

function head(bits: bigint, family: 4 | 6, prefix: number): bigint {
  const rest = BigInt((family === 4 ? 32 : 128) - prefix);
  return (bits >> rest) << rest;
}

function prefixOf(mask: bigint, width: number): number | null {
  const text = mask.toString(2).padStart(width, "0");
  return /^1*0*$/.test(text) ? text.replaceAll("0", "").length : null;
}

function bitsOf(address: string, family: number): bigint {
  if (family === 4) return address.split(".").reduce((bits, part) => (bits << 8n) + BigInt(part), 0n);
  // ::ffff:10.0.0.1 ends in an IPv4 address, which is two groups.
  const plain = address.replace(/%.*$/, "").replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...four) => {
    const [a = 0, b = 0, c = 0, d = 0] = four.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [front = "", back] = plain.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const missing = back === undefined ? 0 : 8 - groups(front).length - groups(back).length;
  const all = [...groups(front), ...Array<string>(missing).fill("0"), ...groups(back ?? "")];
  return all.reduce((bits, part) => (bits << 16n) + BigInt(`0x${part}`), 0n);
}
