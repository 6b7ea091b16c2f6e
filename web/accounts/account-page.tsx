import "./account.css";
import { SegmentedControl, Tabs } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Account } from "../../src/accounts/contract.ts";
import { addDays } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";
import { Course } from "../positions/course.tsx";
import { useDay } from "../positions/use-day.ts";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { AccountHead } from "./account-head.tsx";
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
            <AccountHead account={data} />
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

const spans = [
  { value: "91", label: "13 weeks" },
  { value: "182", label: "26 weeks" },
  { value: "399", label: "57 weeks" },
];

function CoursePanel({ account }: { readonly account: Account }) {
  const { basis, openProof } = useView();
  const [span, setSpan] = useState("182");
  const { day } = useDay();
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
