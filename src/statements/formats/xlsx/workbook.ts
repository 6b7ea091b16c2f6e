import { strFromU8, unzipSync } from "fflate";
import { SaxesParser } from "saxes";
import type { TableRow } from "../table/dialect.ts";
import { dateStyles, readSheet } from "./sheet.ts";

/** A visible sheet of a workbook, its cells as text: days as ISO 8601, numbers with a point. */
export interface Sheet {
  readonly name: string;
  readonly rows: TableRow[];
}

/** What makes a workbook unreadable, for people. */
export class WorkbookError extends Error {}

/** @returns null when the zip archive is no workbook */
export function readWorkbook(bytes: Uint8Array, limit: number, maxRows: number): Sheet[] | null {
  const parts = unzipped(bytes, limit);
  const workbook = parts["xl/workbook.xml"];
  if (workbook === undefined) return null;
  const targets = relations(text(parts["xl/_rels/workbook.xml.rels"]));
  const strings = sharedStrings(text(parts["xl/sharedStrings.xml"]));
  const dates = dateStyles(text(parts["xl/styles.xml"]));
  const { sheets, since1904 } = sheetsOf(text(workbook));
  return sheets.map(({ name, relation }) => {
    const target = (targets.get(relation) ?? "").replace(/^\//, "");
    const xml = parts[target.startsWith("xl/") ? target : `xl/${target}`];
    return { name, rows: xml === undefined ? [] : readSheet(text(xml), { strings, dates, since1904, maxRows }) };
  });
}

/** Only what is needed, and no more than `limit` bytes of it: an archive of a few kilobytes can hold terabytes of nothing. */
function unzipped(bytes: Uint8Array, limit: number): Readonly<Record<string, Uint8Array>> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!/^\/?xl\/(?:workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|styles\.xml|worksheets\/[^/]+\.xml)$/i.test(name))
          return false;
        total += originalSize;
        if (total > limit) throw new WorkbookError(`the workbook unpacks to more than ${limit} bytes`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof WorkbookError) throw error;
    throw new WorkbookError(`the archive is damaged: ${error instanceof Error ? error.message : error}`);
  }
}

function text(part: Uint8Array | undefined): string {
  return part === undefined ? "" : strFromU8(part);
}

/** Walks one of the workbook's parts. No document type is allowed, so no entity can be defined. */
export function walk(
  xml: string,
  open: (name: string, attributes: Readonly<Record<string, string>>) => void,
  close: (name: string) => void = () => {},
  characters: (text: string) => void = () => {},
): void {
  if (xml === "") return;
  const parser = new SaxesParser();
  const fail = (message: string) => {
    throw new WorkbookError(`the workbook's XML is malformed: ${message}`);
  };
  parser.on("error", (error) => fail(error.message));
  parser.on("doctype", () => fail("it declares a document type"));
  let depth = 0;
  parser.on("opentag", ({ name, attributes }) => {
    depth += 1;
    if (depth > deepest) throw new WorkbookError(`the workbook's elements are nested more than ${deepest} deep`);
    open(local(name), attributes as Record<string, string>);
  });
  parser.on("closetag", ({ name }) => {
    depth -= 1;
    close(local(name));
  });
  parser.on("text", characters);
  parser.on("cdata", characters);
  parser.write(xml.replace(/^\uFEFF/, "")).close();
}

/** A workbook needs some ten. */
const deepest = 64;

function local(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function relations(xml: string): Map<string, string> {
  const targets = new Map<string, string>();
  walk(xml, (name, { Id, Target }) => {
    if (name === "Relationship" && Id !== undefined && Target !== undefined) targets.set(Id, Target);
  });
  return targets;
}

function sheetsOf(xml: string): { readonly sheets: ReadonlyArray<{ name: string; relation: string }>; readonly since1904: boolean } {
  const sheets: Array<{ name: string; relation: string }> = [];
  let since1904 = false;
  walk(xml, (tag, attributes) => {
    if (tag === "workbookPr") since1904 = /^(?:1|true)$/.test(attributes["date1904"] ?? "");
    if (tag !== "sheet" || (attributes["state"] ?? "visible") !== "visible") return;
    sheets.push({ name: attributes["name"] ?? "", relation: attributes["r:id"] ?? attributes["id"] ?? "" });
  });
  return { sheets, since1904 };
}

/** Rich text is several runs; phonetic readings are none of it. */
function sharedStrings(xml: string): string[] {
  const strings: string[] = [];
  let inText = false;
  let phonetic = false;
  let current = "";
  walk(
    xml,
    (name) => {
      if (name === "si") current = "";
      if (name === "rPh") phonetic = true;
      inText = name === "t" && !phonetic;
    },
    (name) => {
      if (name === "si") strings.push(current);
      if (name === "rPh") phonetic = false;
      if (name === "t") inText = false;
    },
    (part) => {
      if (inText) current += part;
    },
  );
  return strings;
}
