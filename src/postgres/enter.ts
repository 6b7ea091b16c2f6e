import type { Connection } from "pg";
import type { Client } from "./connect.ts";

/**
 * Begins a transaction and enters a tenant in one round trip: each one more costs a quarter of the throughput of a small transaction.
 * Settings that somebody left on a pooled connection go back to what they were when it was opened.
 * @param token of src/postgres/context.ts
 * @param afresh also throws away what else was left there (temporary objects, held cursors), and with it the connection's plans
 */
export function beginAndEnter(client: Client, begin: string, token: string, afresh = false): Promise<void> {
  const steps: Step[] = [{ text: begin }, { text: "reset all" }, { text: "select cash_management.enter($1)", values: [token] }];
  return new Promise((resolve, reject) => {
    client.query(new Steps(afresh ? [{ text: "discard all" }, ...steps] : steps, (error) => (error === null ? resolve() : reject(error))));
  });
}

interface Step {
  readonly text: string;
  readonly values?: readonly string[];
}

/**
 * Statements of the extended protocol sent in one piece with one Sync: the server answers once, and after an error it skips the rest.
 * All are unnamed, so that a pooler in transaction mode may send them to any server connection.
 */
class Steps {
  readonly #steps: readonly Step[];
  readonly #done: (error: Error | null) => void;

  constructor(steps: readonly Step[], done: (error: Error | null) => void) {
    this.#steps = steps;
    this.#done = done;
  }

  submit(connection: Connection): void {
    connection.stream.cork();
    try {
      for (const { text, values } of this.#steps) {
        connection.parse({ text, types: [], name: "" }, true);
        connection.bind({ values: [...(values ?? [])] }, true);
        connection.execute({}, true);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleError(error: Error): void {
    this.#done(error);
  }

  handleReadyForQuery(): void {
    this.#done(null);
  }

  // None of the answers holds anything.
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
