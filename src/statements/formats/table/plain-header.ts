/** Lower case, without accents, brackets and punctuation. */
export function plainHeader(cell: string): string {
  return cell
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/ß/g, "ss")
    .toLowerCase()
    .replace(/[^a-z0-9/]+/g, " ")
    .replace(/ ?\/ ?/g, (slash) => (slash.length > 1 ? " / " : "/"))
    .trim();
}
