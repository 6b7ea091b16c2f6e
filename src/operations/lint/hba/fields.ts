import type { Name } from "./rule.ts";

export interface FieldsOfLine {
  /** The first one, when a backslash continues the line. */
  readonly line: number;
  readonly text: string;
  /** Names apart by commas within a field, fields apart by blanks. */
  readonly fields: readonly (readonly Name[])[];
  readonly error: string | null;
}

/** The fields of each line that says something: quotes, comments and continuation lines as the server's tokenizer reads them. */
export function readFields(text: string): FieldsOfLine[] {
  const found: FieldsOfLine[] = [];
  const physical = text.replaceAll("\r\n", "\n").split("\n");
  for (let at = 0; at < physical.length; at += 1) {
    const line = at + 1;
    let whole = physical[at] ?? "";
    while (whole.endsWith("\\") && at + 1 < physical.length) {
      at += 1;
      whole = whole.slice(0, -1) + (physical[at] ?? "");
    }
    const { fields, error } = split(whole);
    if (fields.length > 0 || error !== null) found.push({ line, text: whole, fields, error });
  }
  return found;
}

function split(line: string): { fields: Name[][]; error: string | null } {
  const fields: Name[][] = [];
  let field: Name[] = [];
  let word = "";
  let quoted = false;
  let inQuotes = false;
  let begun = false;
  let afterComma = false;
  const endName = () => {
    if (begun) {
      field.push({ text: word, quoted });
      afterComma = false;
    }
    word = "";
    quoted = false;
    begun = false;
  };
  const endField = () => {
    if (field.length > 0) fields.push(field);
    field = [];
  };
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (inQuotes) {
      if (letter !== '"') word += letter;
      else if (line.charAt(at + 1) === '"') {
        word += letter;
        at += 1;
      } else inQuotes = false;
    } else if (letter === '"') {
      if (!begun && field.length > 0 && !afterComma) endField();
      // Only what begins with a quote is quoted as a whole; db="x" is an option with quotes in its value.
      quoted ||= !begun;
      begun = true;
      inQuotes = true;
    } else if (letter === "#") {
      break;
    } else if (letter === ",") {
      // A comma goes on with the field only right behind a name: in "a ,b" the blank has ended it.
      if (begun) {
        endName();
        afterComma = true;
      }
    } else if (/\s/.test(letter)) {
      endName();
    } else {
      if (!begun && field.length > 0 && !afterComma) endField();
      begun = true;
      word += letter;
    }
  }
  endName();
  endField();
  return { fields, error: inQuotes ? "a quote is not closed" : null };
}
