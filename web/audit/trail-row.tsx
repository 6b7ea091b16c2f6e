import type { AuditEntry } from "../../src/audit/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { objectOf, summaryOf, verbOf, whoOf } from "./words.ts";

export function TrailRow({ entry, onOpen }: { readonly entry: AuditEntry; readonly onOpen: () => void }) {
  return (
    <tr className="trail-row">
      <td className="nowrap">
        <button type="button" className="plain trail-open" onClick={onOpen} aria-label={`Entry ${entry.id}`}>
          {localMoment(entry.at, true)}
        </button>
      </td>
      <td className="nowrap trail-who" title={entry.actor ?? entry.login}>
        {whoOf(entry)}
      </td>
      <td className={`nowrap did did-${entry.operation.toLowerCase()}`}>{verbOf(entry)}</td>
      <td className="nowrap">{objectOf(entry)}</td>
      <td className="trail-what">{summaryOf(entry)}</td>
      <td className="right nowrap">
        <SealMark block={entry.block} />
      </td>
    </tr>
  );
}

export function SealMark({ block }: { readonly block: string | null }) {
  if (block === null) return <span className="muted">waits</span>;
  return (
    <span className="chain-sealed" title={`Sealed in block ${block}`}>
      <Icon name="seal" size={13} /> {block}
    </span>
  );
}
