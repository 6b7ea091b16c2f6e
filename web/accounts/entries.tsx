import { Button } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { Account } from "../../src/accounts/contract.ts";
import type { Entry } from "../../src/statements/contract.ts";
import { BulkCategory } from "../categories/bulk-category.tsx";
import { ExportButtons } from "../kit/export-buttons.tsx";
import { Empty, ErrorNotice, Waiting } from "../kit/notice.tsx";
import { KnownNow } from "../shell/known-now.tsx";
import { EntryFilterBar } from "./entry-filter.tsx";
import { EntryRow } from "./entry-row.tsx";
import { type EntryFilter, useEntries } from "./queries.ts";

/** The account's entries, newest first; further pages load as the person scrolls. */
export function Entries({ account }: { readonly account: Account }) {
  const [filter, setFilter] = useState<EntryFilter>({});
  const query = useEntries(account.id, filter);
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <div className="toolbar">
        <EntryFilterBar onChange={setFilter} currency={account.currency} />
        <span className="muted">
          {entries.length}
          {query.hasNextPage ? " shown, more as you scroll" : entries.length === 1 ? " entry" : " entries"}
        </span>
        <KnownNow what="Entries" />
        <BulkCategory entries={entries} filtered={Object.values(filter).some((part) => part !== undefined)} />
        <span className="spacer" />
        <ExportButtons name={`entries-${account.last4}`} cells={() => entryCells(entries)} />
      </div>
      {query.error === null ? null : <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending ? <Waiting /> : null}
      {query.data !== undefined && entries.length === 0 ? (
        <div className="panel">
          <Empty
            icon="filter"
            title="No entry fits"
            action={
              <Button size="compact-sm" variant="default" onClick={() => setFilter({})}>
                Show all entries
              </Button>
            }
          >
            Widen the dates or the amounts, or search for a shorter part of the text.
          </Empty>
        </div>
      ) : null}
      {entries.length > 0 ? (
        <EntryList entries={entries} onEnd={() => (query.hasNextPage && !query.isFetching ? void query.fetchNextPage() : undefined)} />
      ) : null}
    </>
  );
}

function EntryList({ entries, onEnd }: { readonly entries: readonly Entry[]; readonly onEnd: () => void }) {
  const scroll = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 48,
    getItemKey: (index) => entries[index]?.id ?? index,
    overscan: 12,
  });
  const last = rows.getVirtualItems().at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= entries.length - 20) onEnd();
  }, [last, entries.length, onEnd]);
  const toggle = (id: string) =>
    setOpen((before) => (before.has(id) ? new Set([...before].filter((other) => other !== id)) : new Set([...before, id])));
  return (
    <div ref={scroll} className="panel sheet-scroll entries" role="table" aria-label="Entries" aria-rowcount={entries.length}>
      <div className="entry entry-head" role="row">
        <span role="columnheader">Booked</span>
        <span role="columnheader">Value</span>
        <span role="columnheader">Counterparty and text</span>
        <span role="columnheader">Code · category</span>
        <span role="columnheader" className="right">
          Amount
        </span>
        <span role="columnheader">
          <span className="visually-hidden">Details</span>
        </span>
      </div>
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const entry = entries[index];
          if (entry === undefined) return null;
          return (
            <div key={key} data-index={index} ref={rows.measureElement} style={{ position: "absolute", top: start, left: 0, right: 0 }}>
              <EntryRow entry={entry} open={open.has(entry.id)} onToggle={() => toggle(entry.id)} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function entryCells(entries: readonly Entry[]) {
  const header = [
    "Booked",
    "Value",
    "Amount",
    "Currency",
    "Counterparty",
    "Text",
    "Reference",
    "Bank reference",
    "End-to-end id",
    "Code",
    "Category",
  ];
  return [
    header,
    ...entries.map((e) => [
      e.bookingDate,
      e.valueDate,
      e.amount,
      e.currency,
      e.counterparty,
      e.text,
      e.reference,
      e.bankReference,
      e.endToEndId,
      e.transactionCode,
      e.category,
    ]),
  ];
}
