import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AuditEntry } from "../../src/audit/contract.ts";
import { address, get } from "../kit/api.ts";
import { Icon } from "../kit/icon.tsx";
import { type CheckedProof, checkHere, type Proof } from "./check-proof.ts";

/** The proof of an entry: to take away, and followed here step by step. */
export function EntryProof({ entry }: { readonly entry: AuditEntry }) {
  const [asked, setAsked] = useState(false);
  const checked = useQuery({
    queryKey: ["audit-proof", entry.id],
    enabled: asked,
    queryFn: async ({ signal }) => checkHere(await get<Proof>(`/audit/${entry.id}/proof`, {}, signal)),
  });
  if (entry.block === null) return <p className="muted">Its proof is there once it is sealed, within seconds.</p>;
  return (
    <section className="audit-proof" aria-label="Proof">
      <div className="toolbar">
        <Button
          size="compact-sm"
          component="a"
          href={address(`/audit/${entry.id}/proof`)}
          download={`audit-proof-${entry.id}.json`}
          leftSection={<Icon name="download" size={13} />}
        >
          Download the proof
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Icon name="check" size={13} />}
          loading={checked.isFetching}
          onClick={() => {
            setAsked(true);
            if (asked) void checked.refetch();
          }}
        >
          Check it here
        </Button>
      </div>
      {checked.isError ? <p className="proof-fails">The proof could not be fetched: {checked.error.message}</p> : null}
      {checked.data === undefined ? null : <Verdict checked={checked.data} />}
      <p className="muted">
        An auditor checks it offline, with the public key alone:
        <code className="proof-command">apg audit check-proof audit-proof-{entry.id}.json --public-key keys.pem</code>
      </p>
    </section>
  );
}

function Verdict({ checked }: { readonly checked: CheckedProof | null }) {
  if (checked === null) return <p className="muted">This browser computes digests on https pages only. Check the proof offline.</p>;
  const { holds, fault, block, rows, key, steps } = checked;
  if (!holds)
    return (
      <p className="proof-fails" role="status">
        It does not hold: {fault}. Keep things as they are, and run apg audit verify.
      </p>
    );
  return (
    <p className="proof-holds" role="status">
      <Icon name="seal" size={14} /> The row leads by {steps === 1 ? "1 step" : `${steps} steps`} to the root of block {block} ({rows}{" "}
      rows), signed with key {key}. Whether that signature is right is for the offline check.
    </p>
  );
}
