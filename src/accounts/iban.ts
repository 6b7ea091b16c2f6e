import { normalise } from "../keys/blind-index.ts";

/** Whether the check digits fit: ISO 13616, the remainder of ISO 7064 MOD 97-10. */
export function isIban(text: string): boolean {
  const iban = normalise(text);
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$/.test(iban)) return false;
  const digits = [...(iban.slice(4) + iban.slice(0, 4))].map((sign) => Number.parseInt(sign, 36)).join("");
  return BigInt(digits) % 97n === 1n;
}
