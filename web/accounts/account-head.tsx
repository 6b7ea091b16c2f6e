import type { ReactNode } from "react";
import type { Account } from "../../src/accounts/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { isZero } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { StateMark } from "../kit/state.tsx";
import { usePosition } from "../positions/queries.ts";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";

/** Which account it is, what it stands at, and what that is made of. */
export function AccountHead({ account }: { readonly account: Account }) {
  const { openProof } = useView();
  const position = usePosition("account");
  const figure = position.data?.groups.flatMap(({ accounts }) => accounts).find(({ accountId }) => accountId === account.id);
  const facts = [account.entity?.name, account.bank?.name, account.bank?.bic, account.currency];
  return (
    <header className="account-head">
      <div>
        <h1>
          {account.name} <AccountEnd name={account.name} last4={account.last4} />
        </h1>
        <div className="muted">{facts.filter((fact) => fact !== undefined && fact !== null).join(" · ")}</div>
      </div>
      <span className="spacer" />
      {figure === undefined ? (
        <span className="muted">{position.isPending ? "" : "Nothing was known of it on this day."}</span>
      ) : (
        <>
          <dl className="account-parts">
            <Part name={figure.anchorDay === null ? "Prior closing" : `Closing ${figure.anchorDay}`}>
              {figure.anchorAmount === null ? "none" : <Figure amount={figure.anchorAmount} currency={account.currency} />}
            </Part>
            <Part name="Moved since">
              <Figure amount={figure.movedSince} currency={account.currency} change />
            </Part>
            {isZero(figure.provisional) ? null : (
              <Part name="Provisional">
                <Figure amount={figure.provisional} currency={account.currency} state="provisional" change />
              </Part>
            )}
          </dl>
          <div className="account-figure">
            <Figure
              amount={figure.amount}
              currency={account.currency}
              state={figure.state}
              withCurrency
              label={`Position of ${account.name}`}
              onProof={() => openProof(accountProof(account.id))}
            />
            <div className="state">
              <StateMark mark={figure.state} />
              {figure.stale ? <StateMark mark="late" word={`stale since ${figure.staleSince ?? "?"}`} /> : null}
            </div>
          </div>
        </>
      )}
    </header>
  );
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
