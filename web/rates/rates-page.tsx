import "./rates.css";
import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import type { ImportedRates, RateSetSummary } from "../../src/rates/contract.ts";
import { useMay } from "../access/session.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, ErrorNotice, Resolve } from "../kit/notice.tsx";
import { useImportRates, useRateSet, useRateSets } from "./queries.ts";

/** Frozen sets of exchange rates, and the rates of one of them. */
export default function RatesPage() {
  const sets = useRateSets();
  const [chosen, choose] = useState<string>();
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Exchange rates</h1>
        <span className="muted">one set a day and source: frozen, hashed, never changed</span>
        <span className="spacer" />
        <ImportButton />
      </header>
      <Resolve of={sets} lines={12}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          const shown = chosen ?? items[0]?.name;
          if (items.length === 0) return <NoRates />;
          return (
            <div className="rates-columns">
              <div className="panel sheet-scroll">
                <SetTable items={items} chosen={shown} onChoose={choose} />
                {sets.hasNextPage ? (
                  <p className="quiet">
                    <Button size="compact-sm" variant="default" loading={sets.isFetchingNextPage} onClick={() => void sets.fetchNextPage()}>
                      Show older days
                    </Button>
                  </p>
                ) : null}
              </div>
              <OneSet name={shown} />
            </div>
          );
        }}
      </Resolve>
    </div>
  );
}

function NoRates() {
  return (
    <div className="panel">
      <Empty icon="exchange" title="No rates yet" action={<ImportButton />}>
        Import the ECB's eurofxref-hist.csv, or any CSV with base, quote, rate and date. Each day becomes a set that positions can be
        converted with.
      </Empty>
    </div>
  );
}

function SetTable(props: {
  readonly items: readonly RateSetSummary[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}) {
  return (
    <table className="sheet" aria-label="Rate sets">
      <thead>
        <tr>
          <th>Day</th>
          <th>Name</th>
          <th>Kind</th>
          <th className="right">Rates</th>
          <th>Frozen</th>
          <th>SHA-256</th>
        </tr>
      </thead>
      <tbody>
        {props.items.map((set) => (
          <tr key={set.id} aria-selected={set.name === props.chosen} onClick={() => props.onChoose(set.name)}>
            <td>{set.day}</td>
            <td>
              <button type="button" className="plain" onClick={() => props.onChoose(set.name)}>
                {set.name}
              </button>
            </td>
            <td>{set.kind}</td>
            <td className="right">{set.rateCount}</td>
            <td className="muted">{set.frozenAt.slice(0, 16).replace("T", " ")}</td>
            <td className="mono muted">{set.contentHash.slice(0, 12)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OneSet({ name }: { readonly name: string | undefined }) {
  const set = useRateSet(name);
  return (
    <section className="panel sheet-scroll" aria-label={`Rates of ${name ?? "no set"}`}>
      <Resolve of={set}>
        {(data) => (
          <>
            <dl className="rate-facts">
              <dt>Set</dt>
              <dd>
                <strong>{data.name}</strong> · {data.kind} of {data.source} for {data.day}
              </dd>
              <dt>Imported by</dt>
              <dd>{data.importedBy ?? "unknown"}</dd>
              <dt>SHA-256</dt>
              <dd className="mono">{data.contentHash}</dd>
              <dt>Reckoned again</dt>
              <dd className={data.hashHolds ? "" : "figure-negative"}>
                {data.hashHolds
                  ? "the same: nothing was changed since it was frozen"
                  : "DIFFERENT: the rates are not those that were frozen"}
              </dd>
            </dl>
            <table className="sheet" aria-label="Rates">
              <thead>
                <tr>
                  <th>One unit of</th>
                  <th>is in</th>
                  <th className="right">worth</th>
                </tr>
              </thead>
              <tbody>
                {data.rates.map(({ base, quote, rate }) => (
                  <tr key={`${base}${quote}`}>
                    <td>{base}</td>
                    <td>{quote}</td>
                    <td className="right mono">{rate}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </>
        )}
      </Resolve>
    </section>
  );
}

function ImportButton() {
  const may = useMay("statements:write");
  const input = useRef<HTMLInputElement>(null);
  const load = useImportRates();
  if (!may) return null;
  const take = async (file: File) => load.mutate({ text: await file.text(), source: sourceOf(file.name) });
  return (
    <>
      {load.error === null ? null : <ErrorNotice error={load.error} />}
      {load.data === undefined ? null : <span role="status">{outcomeWords(load.data)}</span>}
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        className="visually-hidden"
        aria-label="File of rates"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file !== undefined) void take(file);
          event.currentTarget.value = "";
        }}
      />
      <Button
        size="compact-sm"
        variant="default"
        loading={load.isPending}
        leftSection={<Icon name="upload" size={14} />}
        onClick={() => input.current?.click()}
      >
        Import rates
      </Button>
    </>
  );
}

/** eurofxref… is the ECB's; another file names its source by its own name. */
function sourceOf(fileName: string): string {
  if (/^eurofxref/i.test(fileName)) return "ecb";
  const name = fileName
    .toLowerCase()
    .replace(/\.[^.]*$/, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name.slice(0, 40) || "file";
}

function outcomeWords({ made, unchanged, waiting, leftOut }: ImportedRates): string {
  const parts = [
    `${made.length} ${made.length === 1 ? "set" : "sets"} frozen`,
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...(waiting.length > 0 ? [`${waiting.length} wait for another person's approval`] : []),
    ...(leftOut.count > 0 ? [`${leftOut.count} older days left out`] : []),
  ];
  return parts.join(" · ");
}
