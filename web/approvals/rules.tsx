import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ApprovalKind, ApprovalPolicy, NewApprovalPolicy } from "../../src/access/approvals/contract.ts";
import { Outcome } from "../access/outcome.tsx";
import { useAddPolicy, useEndPolicy } from "../access/queries.ts";
import { useMay } from "../access/session.ts";
import { ErrorNotice } from "../kit/notice.tsx";
import { kindWords } from "./words.ts";

const withAmount: readonly ApprovalKind[] = ["cash_flow", "transfer", "payment"];
const ruled = (Object.keys(kindWords) as ApprovalKind[]).filter((kind) => kind !== "approval_policy") as NewApprovalPolicy["kind"][];

/** What needs another person. A rule is added at once, since it is stricter; its end needs the approvals it asks for itself. */
export function Rules({ policies }: { readonly policies: readonly ApprovalPolicy[] }) {
  const mayWrite = useMay("access:write");
  const end = useEndPolicy();
  return (
    <section aria-label="Four-eyes rules">
      <h3>Four-eyes rules</h3>
      {mayWrite ? <NewRule /> : null}
      <Outcome error={end.error} answer={end.data} />
      <div className="panel sheet-scroll">
        {policies.length === 0 ? (
          <p className="muted" style={{ margin: 0, padding: "10px 12px" }}>
            No rule holds: nobody is asked.
          </p>
        ) : (
          <table className="sheet" aria-label="Rules in force">
            <thead>
              <tr>
                <th>What</th>
                <th className="right">Above</th>
                <th className="right">Approvals</th>
                <th>By</th>
                <th className="right">A request waits</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {policies.map((policy) => (
                <tr key={policy.id}>
                  <td>{kindWords[policy.kind]}</td>
                  <td className="right mono">{policy.above === null ? "any" : `${policy.above} ${policy.currency}`}</td>
                  <td className="right">{policy.approvalsNeeded}</td>
                  <td>{policy.approverRole}</td>
                  <td className="right">{policy.expiresAfterHours} h</td>
                  <td className="right">
                    {mayWrite ? (
                      <Button size="compact-xs" variant="subtle" color="red" onClick={() => end.mutate(policy.id)}>
                        End
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

function NewRule() {
  const add = useAddPolicy();
  const [kind, setKind] = useState<NewApprovalPolicy["kind"]>("account_master");
  const [above, setAbove] = useState("");
  const [currency, setCurrency] = useState("EUR");
  const [approvals, setApprovals] = useState("1");
  const [role, setRole] = useState("approver");
  const hasAmount = withAmount.includes(kind);
  return (
    <form
      aria-label="Add a rule"
      onSubmit={(event) => {
        event.preventDefault();
        const limit = hasAmount && above.trim() !== "" ? { above: above.trim(), currency: currency.trim().toUpperCase() } : {};
        add.mutate({
          kind,
          ...limit,
          approvalsNeeded: Number(approvals),
          approverRole: role as NonNullable<NewApprovalPolicy["approverRole"]>,
        });
      }}
    >
      <Group gap="xs" mb="sm" align="flex-end">
        <NativeSelect
          size="xs"
          label="What needs another person"
          data={ruled.map((value) => ({ value, label: kindWords[value] }))}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value as NewApprovalPolicy["kind"])}
        />
        {hasAmount ? (
          <>
            <TextInput
              size="xs"
              w={120}
              label="Only above"
              placeholder="any amount"
              inputMode="decimal"
              value={above}
              onChange={(event) => setAbove(event.currentTarget.value)}
            />
            <TextInput size="xs" w={70} label="Currency" value={currency} onChange={(event) => setCurrency(event.currentTarget.value)} />
          </>
        ) : null}
        <NativeSelect
          size="xs"
          label="Approvals"
          data={["1", "2", "3"]}
          value={approvals}
          onChange={(event) => setApprovals(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="By"
          data={["approver", "treasurer", "administrator"]}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value)}
        />
        <Button size="xs" type="submit" variant="default" loading={add.isPending}>
          Add rule
        </Button>
      </Group>
      {add.error === null ? null : <ErrorNotice error={add.error} />}
    </form>
  );
}
