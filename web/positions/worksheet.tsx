import "./worksheet.css";
import { SegmentedControl, TextInput } from "@mantine/core";
import { useDeferredValue, useMemo, useState } from "react";
import type { Position } from "../../src/positions/contract.ts";
import { weekdayName, weekLabel } from "../kit/days.ts";
import { ExportButtons } from "../kit/export-buttons.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { Legend } from "../kit/state.tsx";
import { InOneCurrency } from "./in-one-currency.tsx";
import { usePosition } from "./queries.ts";
import { type Arrangement, accountsOf, filtered, sheetCells, sheetRows, totals } from "./sheet-rows.ts";
import { SheetTable } from "./sheet-table.tsx";

/** The cash position worksheet: every account with what its figure is made of. */
export default function Worksheet() {
  const position = usePosition("account");
  return (
    <div className="page-full">
      <Resolve of={position} lines={14}>
        {(data) => <Sheet position={data} />}
      </Resolve>
    </div>
  );
}

function Sheet({ position }: { readonly position: Position }) {
  const [by, setBy] = useState<Arrangement>("entity");
  const [text, setText] = useState("");
  const typed = useDeferredValue(text);
  const accounts = useMemo(() => filtered(accountsOf(position), typed), [position, typed]);
  const rows = useMemo(() => sheetRows(accounts, by), [accounts, by]);
  const sums = useMemo(() => totals(accounts), [accounts]);
  const { asOf, basis } = position;
  return (
    <>
      <header className="page-head">
        <h1>Cash position worksheet</h1>
        <span>
          {weekdayName(asOf)} {asOf} · {weekLabel(asOf)} · by {basis} date
        </span>
        <span className="spacer" />
        <Legend marks={["sealed", "provisional", "unproven", "stale"]} />
      </header>
      <div className="toolbar no-print">
        <TextInput
          size="xs"
          w={260}
          aria-label="Filter accounts"
          placeholder="Filter: name, bank, currency, last digits, stale …"
          leftSection={<Icon name="filter" size={13} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <SegmentedControl
          size="xs"
          aria-label="Group by"
          value={by}
          onChange={(next) => setBy(next as Arrangement)}
          data={[
            { value: "entity", label: "Company" },
            { value: "bank", label: "Bank" },
            { value: "currency", label: "Currency" },
          ]}
        />
        <span className="muted">
          {accounts.length} {accounts.length === 1 ? "account" : "accounts"}
        </span>
        <span className="spacer" />
        <ExportButtons name={`position-${asOf}`} cells={() => sheetCells(accounts)} />
      </div>
      {accounts.length === 0 ? (
        <div className="panel">
          <Empty icon="sheet" title={typed === "" ? "No account has a figure on this day" : "No account fits the filter"}>
            {typed === ""
              ? "Drop bank statements on the page, or choose a later day above."
              : "Clear the filter to see all accounts again."}
          </Empty>
        </div>
      ) : (
        <>
          <SheetTable rows={rows} totals={sums} by={by} />
          <InOneCurrency position={position} />
        </>
      )}
    </>
  );
}
