import "./approvals.css";
import { useState } from "react";
import type { ApprovalRequest } from "../../src/access/approvals/contract.ts";
import { useApprovals, usePolicies } from "../access/queries.ts";
import { useSession } from "../access/session.ts";
import { localMoment } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";
import { AnotherCode, Decision, Withdraw } from "./decision.tsx";
import { Deed } from "./deed.tsx";
import { Rules } from "./rules.tsx";
import { kindWords } from "./words.ts";

/** What waits for me, what I asked for, and what became of the rest. */
export default function ApprovalsPage() {
  const approvals = useApprovals();
  const policies = usePolicies();
  const [code, setCode] = useState<{ readonly code: string; readonly subject: string } | null>(null);
  const onCode = (made: string, subject: string) => setCode({ code: made, subject });
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Approvals</h1>
      </header>
      {code === null ? null : (
        <div className="notice notice-warning" role="status" style={{ marginBottom: 10 }}>
          <div>
            <p className="fact">Tell this code to {code.subject} yourself, and to nobody else. It is shown this once:</p>
            <p className="link-code">{code.code}</p>
            <p className="hint">Who asked has the sign-in link, you have the code: neither opens anything alone.</p>
          </div>
        </div>
      )}
      <Resolve of={approvals}>
        {({ items }) => {
          const open = (request: ApprovalRequest) => request.state === "waiting" || request.state === "approved";
          const forMe = items.filter(({ mayDecide }) => mayDecide);
          const mine = items.filter((request) => request.mine && open(request));
          const others = items.filter((request) => open(request) && !forMe.includes(request) && !mine.includes(request));
          const history = items.filter((request) => !open(request));
          return (
            <>
              <Section title="Waits for you" requests={forMe} empty="Nothing waits for you." onCode={onCode} />
              {mine.length === 0 ? null : <Section title="You asked" requests={mine} empty="" onCode={onCode} />}
              {others.length === 0 ? null : <Section title="Waits for others" requests={others} empty="" onCode={onCode} />}
              <Section title="History" requests={history} empty="Nothing was decided so far." onCode={onCode} />
            </>
          );
        }}
      </Resolve>
      <Resolve of={policies} lines={2}>
        {({ items }) => <Rules policies={items.filter(({ endedAt }) => endedAt === null)} />}
      </Resolve>
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly requests: readonly ApprovalRequest[];
  readonly empty: string;
  readonly onCode: (code: string, subject: string) => void;
}

function Section({ title, requests, empty, onCode }: SectionProps) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div className="panel sheet-scroll">
        {requests.length === 0 ? (
          <p className="muted" style={{ margin: 0, padding: "10px 12px" }}>
            {empty}
          </p>
        ) : (
          <table className="sheet approvals">
            <thead>
              <tr>
                <th>What</th>
                <th>About</th>
                <th>Exactly</th>
                <th className="right">Amount</th>
                <th>Asked by</th>
                <th>Decisions</th>
                <th>State</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {requests.map((request) => (
                <Row key={request.id} request={request} onCode={onCode} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function Row({ request, onCode }: { readonly request: ApprovalRequest; readonly onCode: SectionProps["onCode"] }) {
  const me = `person:${useSession().data?.actor.id}`;
  const approvedByMe = request.decisions.some(({ by, decision }) => by === me && decision === "approved");
  const isWayIn = request.kind === "person_role" || request.kind === "person_recovery";
  const isDone = request.state === "approved" || (request.state === "executed" && request.kind === "person_role");
  const isOpen = request.state === "waiting" || request.state === "approved";
  return (
    <tr>
      <td className="nowrap">{kindWords[request.kind]}</td>
      <td>{request.subject}</td>
      <td>
        <Deed request={request} />
      </td>
      <td className="right nowrap mono">{request.amount === null ? "" : `${request.amount} ${request.currency}`}</td>
      <td className="nowrap">
        {request.requestedByName ?? request.requestedBy}
        <span className="until">{localMoment(request.requestedAt)}</span>
      </td>
      <td className="muted">
        {request.decisions
          .map(({ name, by, decision, reason }) => `${name ?? by} ${decision}${reason === null ? "" : `: ${reason}`}`)
          .join("; ") || `needs ${request.approvalsNeeded} by ${request.approverRole}`}
      </td>
      <td className="nowrap">
        {request.state}
        {isOpen ? <span className="until">until {localMoment(request.expiresAt)}</span> : null}
      </td>
      <td className="right nowrap">
        {request.mayDecide ? <Decision request={request} onCode={onCode} /> : request.mine ? <Withdraw request={request} /> : null}
        {isWayIn && isDone && approvedByMe ? <AnotherCode request={request} onCode={onCode} /> : null}
      </td>
    </tr>
  );
}
