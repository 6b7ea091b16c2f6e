import { Button, Group, NumberInput, Switch } from "@mantine/core";
import { useState } from "react";
import type { AccessRules } from "../../src/access/contract.ts";
import { Resolve } from "../kit/notice.tsx";
import { Outcome } from "./outcome.tsx";
import { ProviderForm } from "./provider-form.tsx";
import { isWaiting, useProvider, useRemoveProvider, useRules, useSetRules, useTestProvider } from "./queries.ts";
import { useMay } from "./session.ts";

/** How people sign in here. */
export function SignInTab() {
  const provider = useProvider();
  const rules = useRules();
  return (
    <div className="panel" style={{ padding: 16, display: "grid", gap: 24 }}>
      <Resolve of={rules} lines={3}>
        {(held) => <Rules key={JSON.stringify(held)} held={held} />}
      </Resolve>
      <Resolve of={provider} lines={3}>
        {({ provider: set }) => <Provider set={set} />}
      </Resolve>
    </div>
  );
}

const limits: readonly {
  readonly name: Exclude<keyof AccessRules, "passwordSignIn">;
  readonly label: string;
  readonly min: number;
  readonly max: number;
}[] = [
  { name: "sessionHours", label: "A session lasts, hours", min: 1, max: 168 },
  { name: "sessionIdleMinutes", label: "Without a request, minutes", min: 5, max: 1440 },
  { name: "keyDefaultDays", label: "A key lasts, days", min: 1, max: 730 },
  { name: "keyMaxDays", label: "At most, days", min: 1, max: 730 },
];

function Rules({ held }: { readonly held: AccessRules }) {
  const mayWrite = useMay("access:write");
  const set = useSetRules();
  const [rules, setRules] = useState(held);
  const changed = JSON.stringify(rules) !== JSON.stringify(held);
  return (
    <section aria-label="Sessions and keys">
      <h3>Sessions and keys</h3>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(rules);
        }}
      >
        <Group gap="sm" align="flex-end">
          {limits.map(({ name, label, min, max }) => (
            <NumberInput
              key={name}
              size="xs"
              w={180}
              label={label}
              min={min}
              max={max}
              allowDecimal={false}
              clampBehavior="strict"
              disabled={!mayWrite}
              value={rules[name]}
              onChange={(value) => setRules({ ...rules, [name]: Number(value) })}
            />
          ))}
          <Switch
            size="sm"
            mb={6}
            label="Sign-in by password"
            disabled={!mayWrite}
            checked={rules.passwordSignIn}
            onChange={(event) => setRules({ ...rules, passwordSignIn: event.currentTarget.checked })}
          />
          {mayWrite ? (
            <Button size="xs" type="submit" disabled={!changed} loading={set.isPending}>
              Save rules
            </Button>
          ) : null}
        </Group>
      </form>
      <Outcome error={set.error} answer={set.data} />
    </section>
  );
}

function Provider({ set }: { readonly set: Parameters<typeof ProviderForm>[0]["set"] }) {
  const mayWrite = useMay("access:write");
  const [isEdited, setEdited] = useState(false);
  const remove = useRemoveProvider();
  const test = useTestProvider();
  return (
    <section aria-label="Identity provider">
      <h3>Identity provider</h3>
      {isEdited ? (
        <ProviderForm set={set} onDone={() => setEdited(false)} />
      ) : set === null ? (
        <p className="muted">None is set: people sign in by password or link.</p>
      ) : (
        <Facts
          facts={{
            Name: set.name,
            Issuer: set.issuer,
            "Client id": set.clientId,
            "Client secret": set.hasSecret ? "kept, encrypted" : "none: a public client",
            "Allowed domains": set.allowedDomains.join(", "),
            "Roles from claim": set.roleClaim ?? "no: given here",
            "First sign-in": set.createPeople ? `lets in, as ${set.newPersonRole ?? "the claim says"}` : "only who was invited",
            "Button shown": set.isListed ? "to everybody" : "to addresses of the domains",
          }}
        />
      )}
      {mayWrite && !isEdited ? (
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => setEdited(true)}>
            {set === null ? "Set one" : "Change"}
          </Button>
          {set === null ? null : (
            <>
              <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate()}>
                Ask it
              </Button>
              <Button size="xs" variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
                Remove
              </Button>
            </>
          )}
        </Group>
      ) : null}
      <Outcome error={remove.error ?? test.error} answer={remove.data !== undefined && isWaiting(remove.data) ? remove.data : undefined} />
      {test.data === undefined ? null : (
        <p className="muted" role="status">
          It answers as {test.data.issuer}, signs with {test.data.signatures.join(", ")}
          {test.data.endSession ? ", and ends sessions there too" : ""}.
        </p>
      )}
    </section>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, string>> }) {
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "140px 1fr", gap: "4px 12px", margin: "8px 0 12px" }}>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt className="muted">{name}</dt>
          <dd style={{ margin: 0 }}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
