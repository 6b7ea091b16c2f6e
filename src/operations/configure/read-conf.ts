/** A line of a postgresql.conf. */
export interface ConfLine {
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

export interface Conf {
  readonly settings: readonly ConfLine[];
  /** Lines that are neither setting, comment nor include. */
  readonly broken: readonly { readonly line: number; readonly text: string }[];
  readonly includes: readonly string[];
}

/** Reads as the server's own parser does (guc-file.l): name, an equals sign or none, a bare word or a quoted string, a comment. */
export function readConf(text: string): Conf {
  const settings: ConfLine[] = [];
  const broken: { line: number; text: string }[] = [];
  const includes: string[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    if (/^\s*(#.*)?$/.test(raw)) continue;
    const match =
      /^\s*([a-zA-Z_][\w$]*(?:\.[a-zA-Z_][\w$]*)*)\s*=?\s*('(?:[^'\\]|''|\\.)*'|[-+]?(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[-+]?\d+)?)[a-z]*|[a-z_\u0080-\uffff][\w\u0080-\uffff.:/-]*)\s*(?:#.*)?$/i.exec(
        raw,
      );
    if (match === null) {
      broken.push({ line, text: raw.trim() });
      continue;
    }
    const [, name = "", written = ""] = match;
    const value = written.startsWith("'") ? written.slice(1, -1).replaceAll("''", "'").replace(/\\(.)/g, "$1") : written;
    if (/^include(_dir|_if_exists)?$/i.test(name)) includes.push(value);
    else settings.push({ line, name: name.toLowerCase(), value });
  }
  return { settings, broken, includes };
}
