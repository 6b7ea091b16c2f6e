/**
 * Rows in the text format of COPY (PostgreSQL documentation, "COPY", Text Format). A NUL, which PostgreSQL cannot hold in text,
 * is kept visible as ␀ (U+2400).
 */
export function copyRow(fields: ReadonlyArray<string | null>): string {
  let row = "";
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] as string | null;
    if (index > 0) row += "\t";
    row += field === null ? "\\N" : special.test(field) ? escaped(field) : field;
  }
  return `${row}\n`;
}

const special = /[\\\t\n\r\0]/;

function escaped(field: string): string {
  return field.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\0", "␀");
}
