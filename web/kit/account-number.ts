/** Whether somebody typed or pasted a whole account number or IBAN: such a thing is never put into an address, only into a body. */
export function looksLikeNumber(text: string): boolean {
  const letters = text.toUpperCase().replace(/[\s.\-/]/g, "");
  return /^[A-Z0-9]{8,34}$/.test(letters) && letters.replace(/\D/g, "").length >= 6;
}
