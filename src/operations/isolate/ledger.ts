import { type Exception, exceptionFor } from "./exceptions.ts";
import type { Attempt, Cell, Leak, MatrixRow, NotProven, Outcome, UsedException } from "./proof.ts";
import { judge, type KnownConstraints } from "./verdict.ts";

/** Counts every attack, and keeps what did not hold. */
export interface Ledger {
  record(attempt: Attempt, outcome: Outcome): void;
  /** A leak found in the catalogue instead of by an attack. */
  find(fact: Omit<Leak, "commands" | "contexts" | "attacks"> & { readonly command: string }): void;
  doubt(object: string, reason: string): void;
  /** That so many were held. */
  locks(held: number): void;
  mostLocks(): number;
  attacks(): number;
  commands(): Readonly<Record<string, number>>;
  matrix(partitions: ReadonlyMap<string, number>): MatrixRow[];
  leaks(): Leak[];
  notProven(): NotProven[];
  exceptions(): UsedException[];
}

interface OpenLeak extends Leak {
  readonly objects: string[];
  readonly commands: string[];
  readonly contexts: string[];
  attacks: number;
}

interface OpenCell extends Cell {
  attacks: number;
  leaks: number;
  excepted: number;
}

export function openLedger(known: KnownConstraints, advise: (attempt: Attempt) => string): Ledger {
  let attacks = 0;
  let mostLocks = 0;
  const commands = new Map<string, number>();
  const rows = new Map<string, Map<string, OpenCell>>();
  const leaks = new Map<string, OpenLeak>();
  const doubts = new Map<string, NotProven>();
  const used = new Map<Exception, number>();

  const cellOf = (table: string, role: string): OpenCell => {
    const row = rows.get(table) ?? new Map<string, OpenCell>();
    rows.set(table, row);
    const cell = row.get(role) ?? { attacks: 0, leaks: 0, excepted: 0 };
    row.set(role, cell);
    return cell;
  };
  const leakOf = (table: string, role: string, way: string, evidence: string, advice: string): OpenLeak => {
    const key = `${table}\t${role}\t${way}`;
    const leak = leaks.get(key) ?? { table, objects: [], role, commands: [], contexts: [], attacks: 0, evidence, advice };
    leaks.set(key, leak);
    return leak;
  };

  return {
    record(attempt, outcome) {
      const { object, table, role, context, attack } = attempt;
      attacks += 1;
      commands.set(attack.command, (commands.get(attack.command) ?? 0) + 1);
      const cell = cellOf(table, role);
      cell.attacks += 1;
      // Whether the own row shows is asked with the own tenant only.
      if (attack.expects === "own row" && context !== "own tenant") return;
      const verdict = judge(attempt, outcome, known);
      if (verdict.is === "held") return;
      const exception = exceptionFor(attempt);
      if (exception !== undefined) {
        used.set(exception, (used.get(exception) ?? 0) + 1);
        cell.excepted += 1;
      } else if (verdict.is === "unclear") {
        doubts.set(`${object} ${role} ${attack.command}`, {
          object,
          reason: `${attack.command} by ${role} (${context}): ${verdict.evidence}`,
        });
      } else {
        cell.leaks += 1;
        const leak = leakOf(table, role, "attack", verdict.evidence, advise(attempt));
        leak.attacks += 1;
        addOnce(leak.objects, object);
        addOnce(leak.commands, attack.command);
        addOnce(leak.contexts, context);
      }
    },
    find({ table, objects, role, command, evidence, advice }) {
      const leak = leakOf(table, role, command, evidence, advice);
      for (const object of objects) addOnce(leak.objects, object);
      addOnce(leak.commands, command);
    },
    doubt(object, reason) {
      doubts.set(`${object} ${reason}`, { object, reason });
    },
    locks(held) {
      mostLocks = Math.max(mostLocks, held);
    },
    mostLocks: () => mostLocks,
    attacks: () => attacks,
    commands: () => Object.fromEntries([...commands].sort(([a], [b]) => (a < b ? -1 : 1))),
    matrix: (partitions) =>
      [...rows]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([table, cells]) => ({ table, partitions: partitions.get(table) ?? 0, cells: Object.fromEntries(cells) })),
    leaks: () => [...leaks.values()],
    notProven: () => [...doubts.values()],
    exceptions: () => [...used].map(([{ role, objects, reason }, count]) => ({ role, objects: objects.source, reason, attacks: count })),
  };
}

function addOnce(list: string[], entry: string): void {
  if (!list.includes(entry)) list.push(entry);
}
