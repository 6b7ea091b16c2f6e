/** Texts as rules compare them: upper case, without accents, one blank between words. "Müller  & Söhne" and "MULLER & SOHNE" differ in nothing else. */
export function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toUpperCase()
    .replace(/ß|ẞ/g, "SS")
    .replace(/\s+/gu, " ")
    .trim();
}

const legalForms = new Set(
  "AB AG APS AS ASA BV BVBA CO COMPANY CORP CORPORATION EG EK EV GESMBH GMBH INC INCORPORATED KFT KG KGAA KK LIMITED LLC LLP LTD MBH NV OHG OY OYJ PLC PTE PTY SA SARL SAS SE SL SLU SNC SP SPA SPZOO SRL SRO UG ZOO".split(
    " ",
  ),
);

/**
 * What two spellings of one name have in common: folded, letters and digits only, without legal forms at its end or "& Co". Empty when
 * nothing is left. The name of a one-word company that is a legal form stays.
 */
export function nameKey(name: string): string {
  const words = folded(name)
    .replace(/(?<=\p{L})\.(?=\p{L})/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .split(" ");
  while (words.length > 1 && legalForms.has(words.at(-1) ?? "")) words.pop();
  return words.join(" ").slice(0, 200);
}
