import { counted, print, printTable } from "../../terminal/output.ts";
import type { Cell, Leak, Proof } from "./proof.ts";

/** The proof for a person: the matrix, what is excepted, and each leak with what to do. */
export function printProof(proof: Proof, verbose: boolean): void {
  print(`database ${proof.database}, PostgreSQL ${proof.version}\n`);
  for (const [place, role] of proof.roles.entries()) print(`  ${String(place + 1).padStart(2)}  ${role}`);
  print("\nattacks by table (partitions among them) and role; * excepted, ! leak\n");
  printTable(
    [
      { title: "table" },
      { title: "parts", align: "right" },
      ...proof.roles.map((_, place) => ({ title: String(place + 1), align: "right" as const })),
    ],
    proof.matrix.map(({ table, partitions, cells }) => [
      table,
      partitions === 0 ? "" : String(partitions),
      ...proof.roles.map((role) => shownCell(cells[role])),
    ]),
  );
  print();
  if (proof.exceptions.length > 0) {
    printTable(
      [{ title: "excepted" }, { title: "attacks", align: "right" }, { title: "because" }],
      proof.exceptions.map(({ role, attacks, reason }) => [role, String(attacks), reason]),
    );
    print();
  }
  for (const leak of proof.leaks) printLeak(leak, verbose);
  for (const { object, reason } of proof.notProven) print(`not proven: ${object}: ${reason}`);
  print(`superusers see everything, and nothing here is about them: ${proof.superusers.join(", ")}`);
  print(verdict(proof));
}

function verdict({ attacks, facts, roles, contexts, durationMs, leaks, notProven, proven }: Proof): string {
  const made = `${counted(attacks, "attack")} by ${counted(roles.length, "role")} in ${counted(contexts.length, "context")}, ${counted(facts, "fact")} of the catalogue, ${(durationMs / 1000).toFixed(1)} s, rolled back`;
  if (proven) return `proven: no leak in ${made}`;
  return `NOT proven: ${counted(leaks.length, "leak")}, ${counted(notProven.length, "doubt")} in ${made}`;
}

function printLeak({ table, objects, role, commands, contexts, attacks, evidence, advice }: Leak, verbose: boolean): void {
  const some = (list: readonly string[]) =>
    verbose || list.length <= 3 ? list.join(", ") : `${list.slice(0, 3).join(", ")} and ${list.length - 3} more`;
  print(`LEAK  ${table}  ${role}`);
  if (objects.length > 1 || objects[0] !== table) print(`  where    ${some(objects)}`);
  print(`  command  ${some(commands)}`);
  if (contexts.length > 0) print(`  context  ${some(contexts)}`);
  print(`  found    ${evidence}${attacks > 1 ? ` (first of ${counted(attacks, "attack")})` : ""}`);
  print(`  do       ${advice}\n`);
}

function shownCell(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  return `${cell.attacks}${cell.leaks > 0 ? "!" : cell.excepted > 0 ? "*" : ""}`;
}
