import { GapRow } from "../kit/gap-row.tsx";
import { useWindowed } from "../kit/windowed.ts";
import { Row, SumRow } from "./sheet-row.tsx";
import type { Arrangement, SheetRow, Sums } from "./sheet-rows.ts";

interface TableProps {
  readonly rows: readonly SheetRow[];
  readonly totals: readonly Sums[];
  readonly by: Arrangement;
}

const rowHeight = 30;

/** Sticky head, sticky totals, and only the rows on the screen in the document. */
export function SheetTable({ rows, totals, by }: TableProps) {
  const { scroll, shown, before, after } = useWindowed(rows, rowHeight);
  return (
    <div ref={scroll} className="panel sheet-scroll worksheet">
      <table className="sheet" aria-rowcount={rows.length}>
        <thead>
          <tr>
            <th>Account</th>
            <th>{by === "bank" ? "Company" : "Bank"}</th>
            <th>Ccy</th>
            <th className="right">Prior closing</th>
            <th>of</th>
            <th className="right">Moved since</th>
            <th className="right">Provisional</th>
            <th className="right">Position</th>
            <th>State</th>
            <th>Next statement</th>
          </tr>
        </thead>
        <tbody>
          <GapRow height={before} columns={10} />
          {shown.map((row) => (
            <Row key={row.key} row={row} by={by} />
          ))}
          <GapRow height={after} columns={10} />
        </tbody>
        <tfoot>
          {totals.map((sums, index) => (
            <SumRow key={sums.currency} name="Total" sums={sums} className="total" bottom={(totals.length - 1 - index) * rowHeight} />
          ))}
        </tfoot>
      </table>
    </div>
  );
}
