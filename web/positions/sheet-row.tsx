import { Link } from "@tanstack/react-router";
import type { PositionAccount } from "../../src/positions/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { localMoment } from "../kit/days.ts";
import { isZero } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { StateMark } from "../kit/state.tsx";
import { accountProof, groupProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import type { Arrangement, SheetRow, Sums } from "./sheet-rows.ts";

export function Row({ row, by }: { readonly row: SheetRow; readonly by: Arrangement }) {
  if (row.kind === "account") return <AccountRow account={row.account} by={by} />;
  if (row.kind === "group")
    return (
      <tr className="group">
        <td colSpan={10}>
          {row.name} <span className="muted">{row.count}</span>
        </td>
      </tr>
    );
  return <SumRow name={`Sum ${row.sums.currency}`} sums={row.sums} className="subtotal" />;
}

function AccountRow({ account, by }: { readonly account: PositionAccount; readonly by: Arrangement }) {
  const { openProof } = useView();
  const { currency } = account;
  return (
    <tr>
      <td className="indent name" title={account.name}>
        <Link to="/accounts/$accountId" params={{ accountId: account.accountId }} className="link">
          {account.name}
        </Link>{" "}
        <AccountEnd name={account.name} last4={account.last4} />
      </td>
      <td className="name" title={by === "bank" ? account.entity : account.bank}>
        {by === "bank" ? account.entity : account.bank}
      </td>
      <td>{currency}</td>
      <td className="right">{account.anchorAmount === null ? null : <Figure amount={account.anchorAmount} currency={currency} />}</td>
      <td className="muted nowrap">{account.anchorDay}</td>
      <td className="right">
        <Figure amount={account.movedSince} currency={currency} change />
      </td>
      <td className="right">
        {isZero(account.provisional) ? null : <Figure amount={account.provisional} currency={currency} state="provisional" change />}
      </td>
      <td className="right strong">
        <Figure
          amount={account.amount}
          currency={currency}
          state={account.state}
          label={`Position of ${account.name}`}
          onProof={() => openProof(accountProof(account.accountId))}
        />
      </td>
      <td>
        <StateMark mark={account.state} />
      </td>
      <td className="muted">{arrival(account)}</td>
    </tr>
  );
}

function arrival({ stale, staleSince, expectedBy }: PositionAccount) {
  if (stale) return <StateMark mark="late" word={`late, ${staleSince ?? "none came"}`} />;
  return expectedBy === null ? null : `due ${localMoment(expectedBy).slice(0, 10)}`;
}

interface SumProps {
  readonly name: string;
  readonly sums: Sums;
  readonly className: string;
  readonly bottom?: number;
}

export function SumRow({ name, sums, className, bottom }: SumProps) {
  const { openProof } = useView();
  const { currency } = sums;
  const style = bottom === undefined ? undefined : { bottom };
  return (
    <tr className={className}>
      <td style={style}>{name}</td>
      <td style={style} className="muted">
        {sums.accounts} {sums.accounts === 1 ? "account" : "accounts"}
      </td>
      <td style={style}>{currency}</td>
      <td style={style} className="right">
        {sums.anchor === null ? null : <Figure amount={sums.anchor} currency={currency} />}
      </td>
      <td style={style} />
      <td style={style} className="right">
        <Figure amount={sums.moved} currency={currency} change />
      </td>
      <td style={style} className="right">
        {isZero(sums.provisional) ? null : <Figure amount={sums.provisional} currency={currency} state="provisional" change />}
      </td>
      <td style={style} className="right">
        {className === "total" ? (
          <Figure
            amount={sums.position}
            currency={currency}
            state={sums.state}
            label={`Total in ${currency}`}
            onProof={() => openProof(groupProof("currency", currency, currency))}
          />
        ) : (
          <Figure amount={sums.position} currency={currency} state={sums.state} />
        )}
      </td>
      <td style={style} />
      <td style={style} />
    </tr>
  );
}
