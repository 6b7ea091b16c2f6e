import "./audit.css";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { AuditEntry } from "../../src/audit/contract.ts";
import { useMay } from "../access/session.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { ChainState } from "./chain-state.tsx";
import { EntryDrawer } from "./entry-drawer.tsx";
import { type TrailFilter, useTrail } from "./queries.ts";
import { TrailFilterBar } from "./trail-filter.tsx";
import { TrailRow } from "./trail-row.tsx";

/** Who changed what and when, as the database itself wrote it down, each entry with its seal. */
export default function AuditPage() {
  const may = useMay("audit:read");
  const [filter, setFilter] = useState<TrailFilter>({});
  const [open, setOpen] = useState<AuditEntry | null>(null);
  if (!may)
    return (
      <Empty icon="seal" title="The trail is for auditors and administrators">
        Ask an administrator of the tenant for that role.
      </Empty>
    );
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Audit</h1>
        <ChainState />
      </header>
      <TrailFilterBar filter={filter} onChange={setFilter} />
      <Trail filter={filter} onOpen={setOpen} />
      <EntryDrawer entry={open} onClose={() => setOpen(null)} onNarrow={setFilter} />
    </div>
  );
}

function Trail({ filter, onOpen }: { readonly filter: TrailFilter; readonly onOpen: (entry: AuditEntry) => void }) {
  const trail = useTrail(filter);
  return (
    <div className="panel sheet-scroll trail">
      <Resolve of={trail}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.items);
          if (entries.length === 0)
            return (
              <Empty icon="filter" title="No change fits">
                Widen the days, or clear a filter.
              </Empty>
            );
          return (
            <table className="sheet" aria-label="Changes">
              <thead>
                <tr>
                  <th>When</th>
                  <th>Who</th>
                  <th>Did</th>
                  <th>Object</th>
                  <th>What</th>
                  <th className="right">Seal</th>
                </tr>
              </thead>
              <tbody>
                {entries.map((entry) => (
                  <TrailRow key={entry.id} entry={entry} onOpen={() => onOpen(entry)} />
                ))}
              </tbody>
            </table>
          );
        }}
      </Resolve>
      {trail.hasNextPage ? (
        <p className="quiet">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Icon name="down" size={13} />}
            loading={trail.isFetchingNextPage}
            onClick={() => void trail.fetchNextPage()}
          >
            Show more
          </Button>
        </p>
      ) : null}
    </div>
  );
}
