import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ApprovalPolicy, ApprovalRequest } from "../../src/access/approvals/contract.ts";
import { Outcome } from "../access/outcome.tsx";
import { useApprovals, useDecide, usePolicies, useWithdraw } from "../access/queries.ts";
import { localMoment } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";

/** What waits for me, what I asked for, and what became of the rest. */
export default function ApprovalsPage() {
  const approvals = useApprovals();
  const policies = usePolicies();
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Approvals</h1>
      </header>
      <Resolve of={approvals}>
        {({ items }) => {
          const open = (request: ApprovalRequest) => request.state === "waiting" || request.state === "approved";
          const forMe = items.filter(({ mayDecide }) => mayDecide);
          const mine = items.filter((request) => request.mine && open(request));
          const rest = items.filter((request) => !forMe.includes(request) && !mine.includes(request));
          return (
            <>
              <Section title="Waits for you" requests={forMe} empty="Nothing waits for you." />
              <Section title="You asked" requests={mine} empty="You asked for nothing that is still open." />
              <Section title="History" requests={rest} empty="Nothing was asked so far." />
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

function Section({
  title,
  requests,
  empty,
}: {
  readonly title: string;
  readonly requests: readonly ApprovalRequest[];
  readonly empty: string;
}) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div className="panel sheet-scroll">
        {requests.length === 0 ? (
          <p className="muted" style={{ margin: 0, padding: "10px 12px" }}>
            {empty}
          </p>
        ) : (
          <table className="sheet">
            <thead>
              <tr>
                <th>What</th>
                <th>About</th>
                <th>Exactly</th>
                <th className="right">Amount</th>
                <th>Asked by</th>
                <th>When</th>
                <th>Decisions</th>
                <th>State</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {requests.map((request) => (
                <Row key={request.id} request={request} />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function Row({ request }: { readonly request: ApprovalRequest }) {
  return (
    <tr>
      <td className="nowrap">{request.kind.replaceAll("_", " ")}</td>
      <td>{request.subject}</td>
      <td className="mono muted" title={request.payloadHash}>
        {Object.entries(request.payload)
          .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
          .join(", ")}
      </td>
      <td className="right nowrap">{request.amount === null ? "" : `${request.amount} ${request.currency}`}</td>
      <td>{request.requestedByName ?? request.requestedBy}</td>
      <td className="muted nowrap">{localMoment(request.requestedAt)}</td>
      <td className="muted">
        {request.decisions
          .map(({ name, by, decision, reason }) => `${name ?? by} ${decision}${reason === null ? "" : `: ${reason}`}`)
          .join("; ") || `${request.approvalsNeeded} by ${request.approverRole}`}
      </td>
      <td>{request.state}</td>
      <td className="right">{request.mayDecide ? <Decision request={request} /> : request.mine ? <Withdraw request={request} /> : null}</td>
    </tr>
  );
}

function Decision({ request }: { readonly request: ApprovalRequest }) {
  const decide = useDecide();
  const [reason, setReason] = useState("");
  const given = reason.trim() === "" ? {} : { reason };
  return (
    <>
      <Group gap={6} wrap="nowrap" justify="flex-end">
        <TextInput
          size="xs"
          w={150}
          aria-label="Reason"
          placeholder="Reason, to refuse"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button
          size="compact-sm"
          loading={decide.isPending}
          onClick={() => decide.mutate({ id: request.id, decision: "approved", ...given })}
        >
          Approve
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={reason.trim() === ""}
          onClick={() => decide.mutate({ id: request.id, decision: "rejected", ...given })}
        >
          Refuse
        </Button>
      </Group>
      <Outcome error={decide.error} answer={undefined} />
    </>
  );
}

function Withdraw({ request }: { readonly request: ApprovalRequest }) {
  const withdraw = useWithdraw();
  if (request.state !== "waiting" && request.state !== "approved") return null;
  return (
    <Button size="compact-xs" variant="subtle" loading={withdraw.isPending} onClick={() => withdraw.mutate(request.id)}>
      Take back
    </Button>
  );
}

function Rules({ policies }: { readonly policies: readonly ApprovalPolicy[] }) {
  return (
    <section aria-label="Four-eyes rules">
      <h3>Four-eyes rules</h3>
      {policies.length === 0 ? (
        <p className="muted">
          None holds. An administrator adds one: <code>apg access policy require</code>.
        </p>
      ) : (
        <ul>
          {policies.map((policy) => (
            <li key={policy.id}>
              {policy.kind.replaceAll("_", " ")}
              {policy.above === null ? "" : ` above ${policy.above} ${policy.currency}`}: {policy.approvalsNeeded} by {policy.approverRole},
              within {policy.expiresAfterHours} h
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
