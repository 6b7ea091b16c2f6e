import type { Grouping, PositionGroup } from "../../src/positions/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { compareAmounts, isZero, sumAmounts } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { CompositionBar, StateMark, stateOfGroup } from "../kit/state.tsx";
import { usePosition } from "../positions/queries.ts";
import { useView } from "../shell/view.ts";
import { accountProof } from "./target.ts";

/** A sum opens to its addends; each addend opens to its own proof. */
export function GroupProof(props: { readonly by: Grouping; readonly currency: string; readonly groupKey: string }) {
  const position = usePosition(props.by);
  return (
    <Resolve of={position}>
      {({ groups, asOf }) => {
        const group = groups.find(({ key, currency }) => key === props.groupKey && currency === props.currency);
        if (group !== undefined) return <Addends group={group} asOf={asOf} />;
        return (
          <Empty icon="info" title="There is no such figure on this day">
            Nothing was known of it at the day and moment chosen above.
          </Empty>
        );
      }}
    </Resolve>
  );
}

function Addends({ group, asOf }: { readonly group: PositionGroup; readonly asOf: string }) {
  const { openProof } = useView();
  const accounts = group.accounts.toSorted((a, b) => -compareAmounts(a.amount, b.amount));
  const tied = isZero(sumAmounts([...accounts.map(({ amount }) => amount), negate(group.amount)]));
  return (
    <div className="proof">
      <header className="proof-head">
        <div className="muted">
          {group.label === group.currency ? "All accounts" : group.label} · {group.currency} · {asOf}
        </div>
        <div className="proof-figure">
          <Figure amount={group.amount} currency={group.currency} state={stateOfGroup(group)} withCurrency />
        </div>
        <CompositionBar composition={group.composition} currency={group.currency} />
      </header>
      <section className="proof-step">
        <h3>
          <Icon name={tied ? "check" : "break"} /> The sum of {accounts.length} {accounts.length === 1 ? "account" : "accounts"}
        </h3>
        <table className="sheet">
          <tbody>
            {accounts.map((account) => (
              <tr key={account.accountId}>
                <td>
                  <button type="button" className="plain link" onClick={() => openProof(accountProof(account.accountId))}>
                    {account.name} <AccountEnd name={account.name} last4={account.last4} />
                  </button>
                  <div className="muted">{account.bank}</div>
                </td>
                <td>
                  <StateMark mark={account.state} />
                </td>
                <td className="right">
                  <Figure
                    amount={account.amount}
                    currency={account.currency}
                    state={account.state}
                    label={account.name}
                    onProof={() => openProof(accountProof(account.accountId))}
                  />
                </td>
              </tr>
            ))}
            <tr className="total">
              <td colSpan={2}>Sum, to the minor unit</td>
              <td className="right">
                <Figure amount={group.amount} currency={group.currency} withCurrency />
              </td>
            </tr>
          </tbody>
        </table>
        <p className="muted">Open an account's figure to follow it to the seal, the statement and the file.</p>
      </section>
    </div>
  );
}

const negate = (amount: string) => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);
