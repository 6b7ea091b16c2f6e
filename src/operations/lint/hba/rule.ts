/** A line of pg_hba.conf, read as the server reads it. */
export interface HbaRule {
  readonly kind: "rule";
  readonly file: string;
  readonly line: number;
  readonly type: ConnectionType;
  readonly databases: readonly Name[];
  readonly users: readonly Name[];
  /** Null for local. */
  readonly address: Address | null;
  readonly method: string;
  readonly options: ReadonlyMap<string, string>;
  /** As written, blanks made one. */
  readonly text: string;
}

/** A line the server refuses: with it the whole file, at the next reload. */
export interface HbaError {
  readonly kind: "error";
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly text: string;
}

export type HbaLine = HbaRule | HbaError;

/** Quoted, a name is never a keyword: "all" is a database called all. */
export interface Name {
  readonly text: string;
  readonly quoted: boolean;
}

export type Address =
  | { readonly kind: "all" | "samehost" | "samenet" }
  | { readonly kind: "network"; readonly family: 4 | 6; readonly bits: bigint; readonly prefix: number }
  | { readonly kind: "hostname"; readonly name: string };

export const connectionTypes = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"] as const;
export type ConnectionType = (typeof connectionTypes)[number];

/** By PostgreSQL's documentation, chapter 21.1; oauth since 18. */
export const methods = "trust reject scram-sha-256 md5 password gss sspi ident peer ldap radius cert pam bsd oauth".split(" ");

export function isKeyword(name: Name, keyword: string): boolean {
  return !name.quoted && name.text === keyword;
}

export function isRefusal(rule: HbaRule): boolean {
  return rule.method === "reject";
}

export function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file.replace(/^.*[\\/]/, "")}:${line}`;
}
