import { TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Account } from "../../src/accounts/contract.ts";
import { AccountEnd } from "../kit/account-name.tsx";
import { Figure } from "../kit/figure.tsx";
import { GapRow } from "../kit/gap-row.tsx";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { StateMark } from "../kit/state.tsx";
import { useWindowed } from "../kit/windowed.ts";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { useAccounts } from "./queries.ts";

/** All accounts with the newest figure known of each; typing narrows the list. */
export default function AccountList() {
  const accounts = useAccounts();
  const [text, setText] = useState("");
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Accounts</h1>
        <TextInput
          size="xs"
          w={280}
          aria-label="Filter accounts"
          placeholder="Filter: name, bank, company, currency, last digits …"
          leftSection={<Icon name="filter" size={13} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </header>
      <Resolve of={accounts}>
        {(all) => {
          const words = text.toLowerCase().split(/\s+/).filter(Boolean);
          const shown = all.filter((account) => words.every((word) => haystack(account).includes(word)));
          if (shown.length === 0)
            return (
              <div className="panel">
                <Empty icon="account" title={all.length === 0 ? "No account yet" : "No account fits the filter"}>
                  {all.length === 0 ? "Accounts appear when their first statement is dropped on the page." : "Clear the filter to see all."}
                </Empty>
              </div>
            );
          return <AccountTable accounts={shown} />;
        }}
      </Resolve>
    </div>
  );
}

function AccountTable({ accounts }: { readonly accounts: readonly Account[] }) {
  const { openProof } = useView();
  const { scroll, shown, before, after } = useWindowed(accounts, 30);
  return (
    <div ref={scroll} className="panel sheet-scroll">
      <table className="sheet">
        <thead>
          <tr>
            <th>Account</th>
            <th>Company</th>
            <th>Bank</th>
            <th>Ccy</th>
            <th className="right">Newest figure</th>
            <th>of</th>
            <th>State</th>
            <th>Sealed through</th>
          </tr>
        </thead>
        <tbody>
          <GapRow height={before} columns={8} />
          {shown.map((account) => (
            <tr key={account.id}>
              <td>
                <Link to="/accounts/$accountId" params={{ accountId: account.id }} className="link">
                  {account.name}
                </Link>{" "}
                <AccountEnd name={account.name} last4={account.last4} />
                {account.active ? null : <span className="muted"> · closed</span>}
              </td>
              <td>{account.entity?.name}</td>
              <td>{account.bank?.name}</td>
              <td>{account.currency}</td>
              <td className="right">
                {account.latest === null ? null : (
                  <Figure
                    amount={account.latest.amount}
                    currency={account.currency}
                    state={account.latest.state}
                    label={`Newest figure of ${account.name}`}
                    onProof={() => openProof(accountProof(account.id), account.latest?.day)}
                  />
                )}
              </td>
              <td className="muted nowrap">{account.latest?.day}</td>
              <td>{account.latest === null ? <StateMark mark="empty" /> : <StateMark mark={account.latest.state} />}</td>
              <td className="nowrap">{account.latest?.sealedThrough}</td>
            </tr>
          ))}
          <GapRow height={after} columns={8} />
        </tbody>
      </table>
    </div>
  );
}

function haystack({ name, last4, currency, entity, bank, kind }: Account): string {
  return [name, last4, currency, entity?.name, bank?.name, bank?.bic, kind].join(" ").toLowerCase();
}
