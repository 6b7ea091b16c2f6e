import { Button, Drawer } from "@mantine/core";
import type { AuditEntry } from "../../src/audit/contract.ts";
import { localMoment } from "../kit/days.ts";
import { EntryProof } from "./entry-proof.tsx";
import type { TrailFilter } from "./queries.ts";
import { SealMark } from "./trail-row.tsx";
import { type Difference, differencesOf, objectOf, verbOf, whoOf } from "./words.ts";

interface DrawerProps {
  readonly entry: AuditEntry | null;
  readonly onClose: () => void;
  readonly onNarrow: (filter: TrailFilter) => void;
}

/** One entry: the row before and after, who stood behind it, and the proof to take away. */
export function EntryDrawer({ entry, onClose, onNarrow }: DrawerProps) {
  const narrow = (filter: TrailFilter) => {
    onNarrow(filter);
    onClose();
  };
  return (
    <Drawer
      opened={entry !== null}
      onClose={onClose}
      position="right"
      size={680}
      title={<strong>{entry === null ? "" : `Entry ${entry.id}`}</strong>}
      overlayProps={{ backgroundOpacity: 0.18 }}
      closeButtonProps={{ "aria-label": "Close the entry" }}
      transitionProps={{ duration: 120 }}
    >
      {entry === null ? null : <Entry entry={entry} onNarrow={narrow} />}
    </Drawer>
  );
}

function Entry({ entry, onNarrow }: { readonly entry: AuditEntry; readonly onNarrow: (filter: TrailFilter) => void }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ["When", localMoment(entry.at, true)],
    ["Who", entry.actorName === null ? entry.actor : `${entry.actorName} (${entry.actor})`],
    ["Login", entry.login],
    ["Key", entry.key],
    ["Request", entry.request],
    ["Transaction", entry.transaction],
    ["Digest", entry.digest],
  ];
  return (
    <div className="audit-entry">
      <p>
        <strong>{whoOf(entry)}</strong> {verbOf(entry)} {entry.rows > 1 ? `${entry.rows} rows of ` : ""}
        {objectOf(entry)} <SealMark block={entry.block} />
      </p>
      <Differences differences={differencesOf(entry)} />
      <dl>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name} style={{ display: "contents" }}>
              <dt>{name}</dt>
              <dd className="mono">{value}</dd>
            </div>
          ))}
      </dl>
      <EntryProof key={entry.id} entry={entry} />
      <div className="toolbar">
        {entry.key === null ? null : (
          <Button size="compact-sm" variant="default" onClick={() => onNarrow({ table: entry.table, key: entry.key ?? undefined })}>
            History of this row
          </Button>
        )}
        {entry.actor === null ? null : (
          <Button size="compact-sm" variant="default" onClick={() => onNarrow({ actor: entry.actor ?? undefined })}>
            All by {whoOf(entry)}
          </Button>
        )}
      </div>
    </div>
  );
}

function Differences({ differences }: { readonly differences: readonly Difference[] }) {
  if (differences.length === 0) return <p className="muted">A batch keeps a digest instead of its rows.</p>;
  return (
    <table className="sheet difference" aria-label="Before and after">
      <thead>
        <tr>
          <th>Column</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ column, before, after }) => (
          <tr key={column}>
            <td className="muted">{column}</td>
            <Value value={before} kind="before" />
            <Value value={after} kind="after" />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ value, kind }: { readonly value: string | null | undefined; readonly kind: "before" | "after" }) {
  if (value === undefined) return <td />;
  if (value === null) return <td className="muted">nothing</td>;
  if (value === "(erased)" || value === "(redacted)") return <td className="muted withheld">{value.slice(1, -1)}</td>;
  return (
    <td>
      <span className={`value value-${kind}`}>{value}</span>
    </td>
  );
}
