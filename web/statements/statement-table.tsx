import { Link } from "@tanstack/react-router";
import type { Statement } from "../../src/statements/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { localMoment } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { StateMark } from "../kit/state.tsx";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { statusMarks, statusWords } from "./status-words.ts";

export function StatementTable({ statements, withAccount }: { readonly statements: readonly Statement[]; readonly withAccount: boolean }) {
  const { openProof } = useView();
  return (
    <table className="sheet">
      <thead>
        <tr>
          {withAccount ? <th>Account</th> : null}
          <th>Closing day</th>
          <th>Statement</th>
          <th>Ccy</th>
          <th className="right">Opening</th>
          <th className="right">Credits</th>
          <th className="right">Debits</th>
          <th className="right">Closing</th>
          <th className="right">Entries</th>
          <th>Status</th>
          <th>Received</th>
        </tr>
      </thead>
      <tbody>
        {statements.map((statement) => (
          <tr key={statement.id}>
            {withAccount ? (
              <td className="nowrap">
                <Link to="/accounts/$accountId" params={{ accountId: statement.accountId }} className="link">
                  {statement.accountName}
                </Link>{" "}
                <AccountEnd name={statement.accountName} last4={statement.accountLast4} />
              </td>
            ) : null}
            <td className="nowrap">{statement.closingDate ?? statement.kind}</td>
            <td className="muted">
              {statement.format} {statement.reference}
            </td>
            <td>{statement.currency}</td>
            <td className="right">
              {statement.opening === null ? null : <Figure amount={statement.opening} currency={statement.currency} />}
            </td>
            <td className="right">
              <Figure amount={statement.credits} currency={statement.currency} />
            </td>
            <td className="right">
              <Figure amount={statement.debits} currency={statement.currency} />
            </td>
            <td className="right">
              {statement.closing === null ? null : (
                <Figure
                  amount={statement.closing}
                  currency={statement.currency}
                  label={`Closing of ${statement.accountName} on ${statement.closingDate ?? "its day"}`}
                  onProof={() => openProof(accountProof(statement.accountId), statement.closingDate ?? undefined)}
                />
              )}
            </td>
            <td className="right">{statement.entries}</td>
            <td className="nowrap">
              <StatementMark statement={statement} />
            </td>
            <td className="muted nowrap">{localMoment(statement.receivedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StatementMark({ statement }: { readonly statement: Statement }) {
  return (
    <span className="state">
      <span title={statusWords[statement.status]}>
        <StateMark mark={statusMarks[statement.status]} word={statement.status} />
      </span>
      {statement.problems === 0 ? null : (
        <span className="state muted" title={`${statement.problems} problems`}>
          <Icon name="break" size={13} /> {statement.problems}
        </span>
      )}
    </span>
  );
}
