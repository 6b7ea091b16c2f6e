import { Resolve } from "../kit/notice.tsx";
import { useProvider, useRules } from "./queries.ts";

/** How people sign in here. Changed by command or API, where each setting has its explanation. */
export function SignInTab() {
  const provider = useProvider();
  const rules = useRules();
  return (
    <div className="panel" style={{ padding: 16, display: "grid", gap: 16 }}>
      <Resolve of={provider} lines={3}>
        {({ provider: set }) => (
          <section aria-label="Identity provider">
            <h3>Identity provider</h3>
            {set === null ? (
              <p className="muted">
                None is set: people sign in by password or link. Set one with <code>apg access oidc set</code>.
              </p>
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
          </section>
        )}
      </Resolve>
      <Resolve of={rules} lines={3}>
        {(held) => (
          <section aria-label="Sessions and keys">
            <h3>Sessions and keys</h3>
            <Facts
              facts={{
                "A session lasts": `${held.sessionHours} hours`,
                "and without a request": `${held.sessionIdleMinutes} minutes`,
                "A key lasts": `${held.keyDefaultDays} days, ${held.keyMaxDays} at most`,
                Passwords: held.passwordSignIn ? "allowed" : "refused",
              }}
            />
            <p className="muted">
              Change them with <code>apg access policy set</code>.
            </p>
          </section>
        )}
      </Resolve>
    </div>
  );
}

function Facts({ facts }: { readonly facts: Readonly<Record<string, string>> }) {
  return (
    <dl style={{ display: "grid", gridTemplateColumns: "180px 1fr", gap: "4px 12px", margin: "8px 0" }}>
      {Object.entries(facts).map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <dt className="muted">{name}</dt>
          <dd style={{ margin: 0 }}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
