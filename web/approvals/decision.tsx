import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ApprovalRequest } from "../../src/access/approvals/contract.ts";
import { useDecide, useMakeCode, useWithdraw } from "../access/queries.ts";
import { ErrorNotice } from "../kit/notice.tsx";

/** Approve, or refuse with a reason. What the approver alone may know is told to `onCode`. */
export function Decision({
  request,
  onCode,
}: {
  readonly request: ApprovalRequest;
  readonly onCode: (code: string, subject: string) => void;
}) {
  const decide = useDecide(({ code, subject }) => (code === null ? undefined : onCode(code, subject)));
  const [refusing, setRefusing] = useState(false);
  const [reason, setReason] = useState("");
  if (refusing)
    return (
      <form
        aria-label={`Refuse ${request.subject}`}
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate({ id: request.id, decision: "rejected", reason });
        }}
      >
        <Group gap={6} wrap="nowrap" justify="flex-end">
          <TextInput
            size="xs"
            w={190}
            aria-label="Reason"
            placeholder="Why not"
            autoFocus
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button size="compact-sm" type="submit" color="red" loading={decide.isPending}>
            Refuse
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={() => setRefusing(false)}>
            Back
          </Button>
        </Group>
        {decide.error === null ? null : <ErrorNotice error={decide.error} />}
      </form>
    );
  return (
    <>
      <Group gap={6} wrap="nowrap" justify="flex-end">
        <Button size="compact-sm" loading={decide.isPending} onClick={() => decide.mutate({ id: request.id, decision: "approved" })}>
          Approve
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setRefusing(true)}>
          Refuse
        </Button>
      </Group>
      {decide.error === null ? null : <ErrorNotice error={decide.error} />}
    </>
  );
}

export function Withdraw({ request }: { readonly request: ApprovalRequest }) {
  const withdraw = useWithdraw();
  if (request.state !== "waiting" && request.state !== "approved") return null;
  return (
    <>
      <Button size="compact-xs" variant="subtle" loading={withdraw.isPending} onClick={() => withdraw.mutate(request.id)}>
        Take back
      </Button>
      {withdraw.error === null ? null : <ErrorNotice error={withdraw.error} />}
    </>
  );
}

/** For who approved a way in and lost the code, or whose person did. */
export function AnotherCode({
  request,
  onCode,
}: {
  readonly request: ApprovalRequest;
  readonly onCode: (code: string, subject: string) => void;
}) {
  const make = useMakeCode(({ code }) => onCode(code, request.subject));
  return (
    <>
      <Button size="compact-xs" variant="subtle" loading={make.isPending} onClick={() => make.mutate(request.id)}>
        Another code
      </Button>
      {make.error === null ? null : <ErrorNotice error={make.error} />}
    </>
  );
}
