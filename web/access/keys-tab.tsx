import { Button, Checkbox, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import type { ApiKey } from "../../src/access/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Empty, Resolve } from "../kit/notice.tsx";
import { Outcome } from "./outcome.tsx";
import { isWaiting, useKeys, useMakeKey, useMatrix, useRevokeKey } from "./queries.ts";
import { useMay } from "./session.ts";

export function KeysTab() {
  const keys = useKeys();
  const mayWrite = useMay("access:write");
  return (
    <>
      {mayWrite ? <NewKey /> : null}
      <Resolve of={keys}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="panel">
              <Empty icon="link" title="No key yet">
                A program that sends statements or reads positions gets a key of its own.
              </Empty>
            </div>
          ) : (
            <KeyTable keys={items} mayWrite={mayWrite} />
          )
        }
      </Resolve>
    </>
  );
}

function NewKey() {
  const make = useMakeKey();
  const scopes = useMatrix().data?.scopes ?? [];
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["read"]);
  const secret = make.data !== undefined && !isWaiting(make.data) ? make.data.key : undefined;
  return (
    <form
      aria-label="Make a key"
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate({ name, scopes: chosen });
      }}
    >
      <Group gap="sm" mb="sm">
        <TextInput
          size="xs"
          w={200}
          aria-label="What uses it"
          placeholder="What uses it"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Checkbox.Group value={chosen} onChange={setChosen}>
          <Group gap="xs">
            {scopes.map((scope) => (
              <Checkbox key={scope.name} size="xs" value={scope.name} label={scope.name} title={scope.permissions.join(", ")} />
            ))}
          </Group>
        </Checkbox.Group>
        <Button size="xs" type="submit" loading={make.isPending} disabled={chosen.length === 0}>
          Make key
        </Button>
      </Group>
      <Outcome error={make.error} answer={make.data} secret={secret} what="Send it as Authorization: Bearer." />
    </form>
  );
}

function KeyTable({ keys, mayWrite }: { readonly keys: readonly ApiKey[]; readonly mayWrite: boolean }) {
  const revoke = useRevokeKey();
  return (
    <div className="panel sheet-scroll">
      <table className="sheet" aria-label="Keys">
        <thead>
          <tr>
            <th>Name</th>
            <th>Begins</th>
            <th>May</th>
            <th>Made</th>
            <th>Last used</th>
            <th>Ends</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} className={key.revokedAt === null ? "" : "muted"}>
              <td>{key.name}</td>
              <td className="mono">{key.prefix}…</td>
              <td>{key.scopes.join(", ")}</td>
              <td className="muted nowrap">{key.createdAt.slice(0, 10)}</td>
              <td className="muted nowrap">{key.lastUsedAt === null ? "never" : localMoment(key.lastUsedAt)}</td>
              <td className="nowrap">
                {key.revokedAt === null ? (key.expiresAt?.slice(0, 10) ?? "when revoked") : `revoked ${key.revokedAt.slice(0, 10)}`}
              </td>
              <td className="right">
                {mayWrite && key.revokedAt === null ? (
                  <Button size="compact-xs" variant="subtle" color="red" onClick={() => revoke.mutate(key.id)}>
                    Revoke
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
