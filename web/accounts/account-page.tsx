import { AccountEnd } from "../kit/account-name.tsx";
import "./account.css";
import { SegmentedControl, Tabs } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Account } from "../../src/accounts/contract.ts";
import { addDays, todayText } from "../kit/days.ts";
import { isZero } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Resolve } from "../kit/notice.tsx";
import { StateMark } from "../kit/state.tsx";
import { Course } from "../positions/course.tsx";
import { usePosition } from "../positions/queries.ts";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { AccountStatements } from "./account-statements.tsx";
import { Entries } from "./entries.tsx";
import { useAccount } from "./queries.ts";
import { useCourse } from "./use-course.ts";

/** One account: its figure, its course, its entries and its statements. */
export default function AccountPage({ accountId }: { readonly accountId: string }) {
  const account = useAccount(accountId);
  return (
    <div className="page-full">
      <Resolve of={account}>
        {(data) => (
          <>
            <Head account={data} />
            <CoursePanel account={data} />
            <Tabs defaultValue="entries" keepMounted={false} className="account-tabs">
              <Tabs.List>
                <Tabs.Tab value="entries">Entries</Tabs.Tab>
                <Tabs.Tab value="statements">Statements</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="entries" pt="xs" className="account-panel">
                <Entries account={data} />
              </Tabs.Panel>
              <Tabs.Panel value="statements" pt="xs" className="account-panel">
                <AccountStatements accountId={data.id} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Resolve>
    </div>
  );
}

function Head({ account }: { readonly account: Account }) {
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

function Part({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const spans = [
  { value: "91", label: "13 weeks" },
  { value: "182", label: "26 weeks" },
  { value: "399", label: "57 weeks" },
];

function CoursePanel({ account }: { readonly account: Account }) {
  const { view, basis, openProof } = useView();
  const [span, setSpan] = useState("182");
  const day = view.asOf ?? todayText();
  const balances = useCourse(account, addDays(day, -Number(span)), day);
  const points = useMemo(() => balances.data?.filter(({ state }) => state !== "empty") ?? [], [balances.data]);
  return (
    <section className="panel" aria-label="Course of the balance">
      <div className="panel-head">
        <h2>Balance by {basis} date</h2>
        <span className="muted">click a day for its proof; dashed is not sealed</span>
        <span className="spacer" />
        <SegmentedControl size="xs" aria-label="How far back" value={span} onChange={setSpan} data={spans} />
      </div>
      <Resolve of={balances} lines={3}>
        {() => (
          <Course
            points={points}
            currency={account.currency}
            name={account.name}
            height={170}
            onDay={(chosen) => openProof(accountProof(account.id), chosen)}
          />
        )}
      </Resolve>
    </section>
  );
}
