import type { Random } from "./random.ts";

/** An IBAN with its check digits (ISO 13616, mod 97-10 of ISO 7064) from country and BBAN. */
export function iban(country: string, bban: string): string {
  return `${country}${checkDigits(`${bban}${country}00`)}${bban}`;
}

/** A structured creditor reference (ISO 11649). */
export function creditorReference(base: string): string {
  return `RF${checkDigits(`${base}RF00`)}${base}`;
}

/** A SEPA creditor identifier (EPC262-08): the business code "ZZZ" stays out of the check. */
export function creditorIdentifier(country: string, national: string): string {
  return `${country}${checkDigits(`${national}${country}00`)}ZZZ${national}`;
}

/** A payment's UETR: a version 4 UUID (RFC 9562), here from the simulation's own stream. */
export function uetr(random: Random): string {
  const hex = Array.from({ length: 30 }, () => random.integer(0, 15).toString(16)).join("");
  const variant = "89ab"[random.integer(0, 3)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
}

/** Remainder of the division by 97, letters as 10 … 35: 1 for every valid IBAN after its first four characters moved to the end. */
export function mod97(text: string): number {
  let remainder = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder;
}

function checkDigits(text: string): string {
  return String(98 - mod97(text)).padStart(2, "0");
}
