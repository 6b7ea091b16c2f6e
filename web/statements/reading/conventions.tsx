import { NativeSelect, NumberInput, Switch } from "@mantine/core";
import type { ReactNode } from "react";
import type { StatementPreview } from "../../../src/statements/preview/contract.ts";
import type { Reading } from "./use-reading.ts";
import { decimalWords, delimiterWords, encodings, orderWords } from "./words.ts";

type Table = NonNullable<StatementPreview["table"]>;

/** How the table is written, what decided it, and the way to say otherwise. */
export function Conventions({ table, encoding, reading }: { readonly table: Table; readonly encoding: string; readonly reading: Reading }) {
  const because = (about: "dayOrder" | "decimal") => {
    const found = table.evidence.find((one) => one.about === about);
    if (found === undefined) return "";
    return found.decided ? `${found.line === null ? "" : `line ${found.line}: `}${found.text}` : "open: the file does not tell";
  };
  const chosen = reading.terms.table ?? {};
  return (
    <section className="panel reading-conventions" aria-label="How it is read">
      <Convention label="Header in line" why={table.headerLine === null ? "0: the table has none" : "0 when there is none"}>
        <NumberInput
          size="xs"
          min={0}
          hideControls
          aria-label="Header in line"
          value={table.headerLine ?? 0}
          onChange={(value) => {
            if (typeof value === "number" && value !== (table.headerLine ?? 0)) reading.chooseHeader(value === 0 ? null : value);
          }}
        />
      </Convention>
      <Convention label="Days are" why={chosen.dayOrder === undefined ? because("dayOrder") : "as you chose"}>
        <NativeSelect
          size="xs"
          aria-label="Order of days"
          value={table.dayOrder ?? ""}
          data={[...(table.dayOrder === null ? [{ value: "", label: "not known" }] : []), ...options(orderWords)]}
          onChange={(event) => reading.choose({ dayOrder: event.currentTarget.value as "dmy" })}
        />
      </Convention>
      <Convention label="Decimal sign" why={chosen.decimal === undefined ? because("decimal") : "as you chose"}>
        <NativeSelect
          size="xs"
          aria-label="Decimal sign"
          value={table.decimal ?? ""}
          data={[...(table.decimal === null ? [{ value: "", label: "not known" }] : []), ...options(decimalWords)]}
          onChange={(event) => reading.choose({ decimal: event.currentTarget.value as "." })}
        />
      </Convention>
      <Convention label="Sign" why="lists of cards write what was spent without a minus">
        <Switch
          size="xs"
          label="positive is money out"
          checked={table.inverted}
          onChange={(event) => reading.choose({ inverted: event.currentTarget.checked })}
        />
      </Convention>
      {table.sheet === null ? (
        <>
          <Convention label="Divided by" why={`${table.columns.length} columns`}>
            <NativeSelect
              size="xs"
              aria-label="Divided by"
              value={table.delimiter ?? ""}
              data={options(delimiterWords)}
              onChange={(event) => reading.choose({ delimiter: event.currentTarget.value as ";" })}
            />
          </Convention>
          <Convention label="Letters" why="choose another when accents look wrong">
            <NativeSelect
              size="xs"
              aria-label="Encoding"
              value={encoding}
              data={[...new Set([encoding, ...encodings])]}
              onChange={(event) => reading.choose({ encoding: event.currentTarget.value as "utf-8" })}
            />
          </Convention>
        </>
      ) : (
        <Convention label="Sheet" why={`of ${table.sheets.length}`}>
          <NativeSelect
            size="xs"
            aria-label="Sheet"
            value={table.sheet}
            data={table.sheets}
            onChange={(event) => reading.choose({ sheet: event.currentTarget.value })}
          />
        </Convention>
      )}
    </section>
  );
}

function Convention({ label, why, children }: { readonly label: string; readonly why: string; readonly children: ReactNode }) {
  return (
    <div className="reading-convention">
      <span className="reading-label">{label}</span>
      {children}
      <span className="muted reading-why" title={why}>
        {why}
      </span>
    </div>
  );
}

function options(words: Readonly<Record<string, string>>) {
  return Object.entries(words).map(([value, label]) => ({ value, label }));
}
