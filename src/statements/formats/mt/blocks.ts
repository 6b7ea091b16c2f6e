import type { StatementHeader, StatementKind } from "../../statement.ts";
import { accountField } from "./fields.ts";

export type MtType = "mt940" | "mt941" | "mt942";

/** One message from :20: to its end, as far as it is known; it is told to the sink when its first figure comes. */
export class MtBlock {
  readonly line: number;
  /** From the envelope's application header; without one the tags say it. */
  readonly declared: MtType | null;
  reference: string | null = null;
  accountText: string | null = null;
  sequence: number | null = null;
  page: number | null = null;
  createdAt: string | null = null;
  currency: string | null = null;
  /** :34F:, :13: or :13D: came: an interim report, unless an opening balance follows. */
  interim = false;
  opened: MtType | null = null;
  hasOpening = false;
  hasClosing = false;
  /** The closing balance was :62M:, more pages follow. */
  lastPage: boolean | null = null;
  anything = false;

  constructor(line: number, declared: MtType | null) {
    this.line = line;
    this.declared = declared;
  }

  type(): MtType {
    if (this.declared !== null) return this.declared;
    if (!this.interim) return "mt940";
    return this.hasOpening ? "mt941" : "mt942";
  }

  header(): StatementHeader {
    const kind: StatementKind = this.type() === "mt940" ? "statement" : "report";
    const account = this.accountText === null ? { id: "", scheme: "other" as const } : accountField(this.accountText, this.currency);
    return {
      kind,
      account: { ...account, servicer: null, name: null, owner: null },
      currency: this.currency,
      id: this.reference,
      sequence: this.sequence,
      page: this.page,
      lastPage: null,
      createdAt: this.createdAt,
      periodFrom: null,
      periodTo: null,
      copy: null,
      line: this.line,
    };
  }
}

/** `{2:O9401200…` or `{2:I940…`: the message type of a SWIFT envelope; MT950 has the fields of MT940. */
export function envelopeType(line: string): MtType | "other" | null {
  const type = /\{2:[IO](\d{3})/.exec(line)?.[1];
  if (type === undefined) return null;
  if (type === "940" || type === "950") return "mt940";
  return type === "941" ? "mt941" : type === "942" ? "mt942" : "other";
}
