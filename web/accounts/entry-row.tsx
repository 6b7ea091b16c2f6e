import type { Entry } from "../../src/statements/contract.ts";
import { EntryCategory } from "../categories/entry-category.tsx";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";

interface RowProps {
  readonly entry: Entry;
  readonly open: boolean;
  readonly onToggle: () => void;
}

export function EntryRow({ entry, open, onToggle }: RowProps) {
  const { openProof } = useView();
  const notes = [
    entry.reversal ? "reversal" : null,
    entry.batchCount === null ? null : `batch of ${entry.batchCount}`,
    entry.status === "booked" ? null : entry.status,
  ].filter((note) => note !== null);
  return (
    <div className="entry" role="row">
      <span role="cell">{entry.bookingDate}</span>
      <span role="cell" className={entry.valueDate === entry.bookingDate ? "muted" : ""}>
        {entry.valueDate}
      </span>
      <div className="entry-text" role="cell">
        <div>
          {entry.counterparty ?? entry.text?.split("\n")[0] ?? "no text"}
          {notes.length === 0 ? null : <span className="muted"> · {notes.join(" · ")}</span>}
        </div>
        <div className="muted">{secondLine(entry)}&nbsp;</div>
      </div>
      <span role="cell" className="muted">
        {entry.transactionCode === null ? null : `${entry.transactionCode} · `}
        <EntryCategory entry={entry} />
      </span>
      <span role="cell" className="right">
        <Figure
          amount={entry.amount}
          currency={entry.currency}
          withCurrency
          state={entry.status === "booked" ? undefined : "provisional"}
          label={`Entry of ${entry.bookingDate ?? "unknown day"}`}
          onProof={() => openProof(accountProof(entry.accountId), entry.bookingDate ?? undefined)}
        />
      </span>
      <span role="cell">
        <button type="button" className="plain open-mark" aria-expanded={open} aria-label="Details of the entry" onClick={onToggle}>
          <Icon name="chevron" size={14} />
        </button>
      </span>
      {open ? <Details entry={entry} /> : null}
    </div>
  );
}

/** What the first line has not said yet. */
function secondLine({ counterparty, text, reference }: Entry): string {
  const lines = (text ?? "").split("\n");
  return (counterparty === null ? lines.slice(1) : lines).join(" · ") || (reference ?? "");
}

function Details({ entry }: { readonly entry: Entry }) {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Text", entry.text],
    ["Counterparty", entry.counterpartyAccount === null ? entry.counterparty : `${entry.counterparty ?? ""} …${entry.counterpartyAccount}`],
    ["Reference", entry.reference],
    ["Bank reference", entry.bankReference],
    ["End-to-end id", entry.endToEndId],
    ["Transaction code", entry.transactionCode],
    ["Category", entry.category === null ? null : `${entry.category}: ${entry.categoryReason ?? ""}`],
    ["Line in the file", entry.line === null ? null : String(entry.line)],
  ];
  return (
    <div className="entry-details" role="cell">
      <dl>
        {facts
          .filter(([, value]) => value !== null)
          .map(([name, value]) => (
            <div key={name} style={{ display: "contents" }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      {entry.details.length === 0 ? null : (
        <table aria-label="Transactions of the batch">
          <tbody>
            {entry.details.map((detail, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the details of an entry never change or move, and have no id
              <tr key={index}>
                <td>{detail.counterparty}</td>
                <td className="muted">{detail.text}</td>
                <td className="mono muted">{detail.endToEndId}</td>
                <td className="right">
                  {detail.amount === null ? null : (
                    <Figure amount={detail.amount} currency={detail.currency ?? entry.currency} withCurrency />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
