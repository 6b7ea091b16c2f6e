/** What an attempt must not achieve; the definition of a leak, per kind of attack. */
export type Expectation =
  /** Zero rows returned or changed, or refused. A row is a leak. */
  | "no row"
  /** Refused, with an error of privileges, policies or a guarding trigger. To get any further is a leak. */
  | "refusal"
  /** Whatever happens, but not the message that another tenant has used this key. */
  | "no oracle"
  /** No row leaves the tenant; also a trigger may be what keeps it. */
  | "kept row"
  /** Whatever happens, but no row and no message with a value of the other tenant. For calls: a function fails as it likes. */
  | "nothing told"
  /** At least one row: the tenant's own. None, and the other attacks on the table prove nothing. */
  | "own row";

/** One statement that tries to get at another tenant. */
export interface Attack {
  /** Such as `select`, `merge matched delete`. */
  readonly command: string;
  /** What exceptions are made by. */
  readonly kind: "read" | "write" | "define" | "call" | "escape";
  readonly sql: string;
  readonly expects: Expectation;
}

/** What came of an attack, as the server said it. */
export type Outcome =
  | { readonly kind: "done"; readonly rows: number }
  | { readonly kind: "error"; readonly code: string; readonly constraint: string; readonly message: string; readonly tellsSecret: boolean };

/** An attack with everything that is needed to say where it happened. */
export interface Attempt {
  /** The table, view or function attacked; a partition by its own name. */
  readonly object: string;
  /** The table the matrix shows it under. */
  readonly table: string;
  readonly role: string;
  readonly context: string;
  readonly attack: Attack;
}

/** One way through, with all attacks that found it. */
export interface Leak {
  readonly table: string;
  /** Partitions, or the table itself. */
  readonly objects: readonly string[];
  readonly role: string;
  readonly commands: readonly string[];
  readonly contexts: readonly string[];
  readonly attacks: number;
  /** What the first of them saw; never a value of a tenant. */
  readonly evidence: string;
  /** What to do. */
  readonly advice: string;
}

export interface UsedException {
  readonly role: string;
  readonly objects: string;
  readonly reason: string;
  readonly attacks: number;
}

export interface NotProven {
  readonly object: string;
  readonly reason: string;
}

/** One row of the matrix: a table, and for each role how many attacks held. */
export interface MatrixRow {
  readonly table: string;
  readonly partitions: number;
  readonly cells: Readonly<Record<string, Cell>>;
}

export interface Cell {
  readonly attacks: number;
  readonly leaks: number;
  readonly excepted: number;
}

export interface Proof {
  readonly proven: boolean;
  readonly database: string;
  readonly version: string;
  readonly attacks: number;
  /** Things read from the catalogue, such as each policy and each privilege on a partition. */
  readonly facts: number;
  readonly roles: readonly string[];
  /** They bypass everything, and nothing here is about them. */
  readonly superusers: readonly string[];
  readonly contexts: readonly string[];
  readonly commands: Readonly<Record<string, number>>;
  readonly matrix: readonly MatrixRow[];
  readonly leaks: readonly Leak[];
  readonly notProven: readonly NotProven[];
  readonly exceptions: readonly UsedException[];
  /** Held between attacks; a single one may want more for its moment. */
  readonly mostLocks: number;
  readonly durationMs: number;
}
