import { Button, Group, NativeSelect, PasswordInput, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import type { IdentityProvider, IdentityProviderChange, Role } from "../../src/access/contract.ts";
import { Outcome } from "./outcome.tsx";
import { isWaiting, useSetProvider } from "./queries.ts";

/** OpenID Connect: what the provider's own page of this client says, and whom it lets in. */
export function ProviderForm({ set, onDone }: { readonly set: IdentityProvider | null; readonly onDone: () => void }) {
  const save = useSetProvider();
  const [name, setName] = useState(set?.name ?? "");
  const [issuer, setIssuer] = useState(set?.issuer ?? "");
  const [clientId, setClientId] = useState(set?.clientId ?? "");
  const [secret, setSecret] = useState("");
  const [domains, setDomains] = useState(set?.allowedDomains.join(", ") ?? "");
  const [claim, setClaim] = useState(set?.roleClaim ?? "");
  const [map, setMap] = useState(
    Object.entries(set?.roleMap ?? {})
      .map(([value, role]) => `${value}=${role}`)
      .join("\n"),
  );
  const [newRole, setNewRole] = useState<string>(set?.createPeople === true ? (set.newPersonRole ?? "claim") : "");
  const [isListed, setListed] = useState(set?.isListed ?? false);
  const change = (): IdentityProviderChange => ({
    name,
    issuer,
    clientId,
    ...(secret === "" ? {} : { clientSecret: secret }),
    allowedDomains: domains.split(/[\s,]+/).filter((domain) => domain !== ""),
    roleClaim: claim.trim() === "" ? null : claim.trim(),
    roleMap: Object.fromEntries(
      map
        .split("\n")
        .map((line) => line.split("=").map((part) => part.trim()))
        .filter((parts): parts is [string, string] => parts.length === 2 && parts[0] !== ""),
    ),
    createPeople: newRole !== "",
    newPersonRole: newRole === "" || newRole === "claim" ? null : (newRole as Role),
    isListed,
    ...(set === null ? {} : { clockToleranceSeconds: set.clockToleranceSeconds }),
  });
  return (
    <form
      aria-label="Identity provider"
      style={{ display: "grid", gap: 10, maxWidth: 620 }}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(change(), { onSuccess: (answer) => (isWaiting(answer) ? undefined : onDone()) });
      }}
    >
      <Group grow gap="sm" align="flex-start">
        <TextInput size="xs" label="Name on the button" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          size="xs"
          label="Issuer"
          placeholder="https://login.example.com"
          required
          value={issuer}
          onChange={(event) => setIssuer(event.currentTarget.value)}
        />
      </Group>
      <Group grow gap="sm" align="flex-start">
        <TextInput size="xs" label="Client id" required value={clientId} onChange={(event) => setClientId(event.currentTarget.value)} />
        <PasswordInput
          size="xs"
          label="Client secret"
          placeholder={set?.hasSecret === true ? "stays as it is" : "none: a public client"}
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
      </Group>
      <TextInput
        size="xs"
        label="Domains whose addresses it may prove"
        placeholder="example.com, example.org"
        required
        value={domains}
        onChange={(event) => setDomains(event.currentTarget.value)}
      />
      <Group grow gap="sm" align="flex-start">
        <TextInput
          size="xs"
          label="Claim that gives roles"
          placeholder="none: roles are given here"
          value={claim}
          onChange={(event) => setClaim(event.currentTarget.value)}
        />
        <Textarea
          size="xs"
          label="Its value = role, one a line"
          placeholder="treasury-team=treasurer"
          autosize
          minRows={1}
          maxRows={6}
          value={map}
          onChange={(event) => setMap(event.currentTarget.value)}
        />
      </Group>
      <Group gap="sm" align="flex-end">
        <NativeSelect
          size="xs"
          label="Who signs in for the first time"
          data={[
            { value: "", label: "must have been invited" },
            { value: "claim", label: "is let in as the claim says" },
            ...["treasurer", "analyst", "approver", "auditor", "administrator"].map((role) => ({
              value: role,
              label: `is let in as ${role}`,
            })),
          ]}
          value={newRole}
          onChange={(event) => setNewRole(event.currentTarget.value)}
        />
        <Switch
          size="sm"
          mb={6}
          label="Button shown to everybody"
          checked={isListed}
          onChange={(event) => setListed(event.currentTarget.checked)}
        />
      </Group>
      <Outcome error={save.error} answer={save.data !== undefined && isWaiting(save.data) ? save.data : undefined} />
      <Group gap="xs">
        <Button size="xs" type="submit" loading={save.isPending}>
          Save provider
        </Button>
        <Button size="xs" variant="subtle" onClick={onDone}>
          Back
        </Button>
      </Group>
    </form>
  );
}
