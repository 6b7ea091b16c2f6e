import { NativeSelect } from "@mantine/core";
import type { PreviewRow, StatementPreview } from "../../../src/statements/preview/contract.ts";
import { formatAmount, formatCount } from "../../kit/money.ts";
import type { Reading } from "./use-reading.ts";
import { kindWords, type Role, roleWords } from "./words.ts";

type Table = NonNullable<StatementPreview["table"]>;

const roles = [{ value: "", label: "not read" }, ...Object.entries(roleWords).map(([value, label]) => ({ value, label }))];

/** The rows as they came, and beside each what was made of it. */
export function RawTable({ table, reading }: { readonly table: Table; readonly reading: Reading }) {
  return (
    <section className="panel reading-raw" aria-label="Rows">
      <table className="sheet">
        <thead>
          <tr>
            <th>Line</th>
            <th>is</th>
            <th className="reading-read">Booked</th>
            <th className="reading-read">Value</th>
            <th className="reading-read right">Amount</th>
            {table.columns.map(({ position, header, role }) => (
              <th key={position} className={role === null ? "reading-unread" : ""}>
                <div className="reading-head" title={header}>
                  {header === "" ? `column ${position + 1}` : header}
                </div>
                <NativeSelect
                  size="xs"
                  aria-label={`Column ${position + 1}, ${header}`}
                  value={role ?? ""}
                  data={roles}
                  onChange={(event) =>
                    reading.chooseRole(position, event.currentTarget.value === "" ? null : (event.currentTarget.value as Role))
                  }
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <RawRow key={row.line} row={row} table={table} />
          ))}
        </tbody>
      </table>
      {table.counts.rows > table.rows.length ? (
        <p className="quiet muted">
          The first {formatCount(table.rows.length)} of {formatCount(table.counts.rows)} lines; the sums are of all.
        </p>
      ) : null}
    </section>
  );
}

function RawRow({ row, table }: { readonly row: PreviewRow; readonly table: Table }) {
  const { entry } = row;
  return (
    <tr className={`reading-${row.kind}`}>
      <td className="muted mono">{row.line}</td>
      <td className="nowrap reading-kind">{kindWords[row.kind]}</td>
      <td className="mono nowrap reading-read">{entry?.bookingDate}</td>
      <td className="mono nowrap reading-read">{entry?.valueDate === entry?.bookingDate ? "" : entry?.valueDate}</td>
      <td className={`mono right nowrap reading-read ${entry?.amount.startsWith("-") ? "reading-out" : ""}`}>
        {entry === null ? "" : formatAmount(entry.amount)}
        {entry?.pending ? <span className="muted"> pending</span> : null}
      </td>
      {row.kind === "preamble" ? (
        <td colSpan={table.columns.length}>{row.cells.filter((cell) => cell !== "").join(" · ")}</td>
      ) : (
        table.columns.map(({ position, role }) => (
          <td
            key={position}
            className={`reading-cell ${role === null ? "reading-unread" : ""} ${numbers.has(role ?? "") ? "right mono" : ""}`}
            title={row.cells[position]}
          >
            {row.cells[position]}
          </td>
        ))
      )}
    </tr>
  );
}

const numbers: ReadonlySet<string> = new Set(["amount", "debit", "credit", "balance", "detailAmount"]);
