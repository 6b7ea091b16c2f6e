import "./sign-in.css";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Navigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { TenantRef } from "../../src/access/contract.ts";
import { ErrorNotice } from "../kit/notice.tsx";
import { useProviders, useSession, useSignIn, useSignInByLink } from "./session.ts";

export function SignInPage() {
  const { problem } = useSearch({ from: "/sign-in" });
  const session = useSession();
  if (session.data !== null && session.data !== undefined) return <Navigate to="/" replace />;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>APG Cash Management</h1>
        <p>Bank statements in, a proven cash position out.</p>
        {problem === "code_needed" && window.location.hash.length > 20 ? (
          <CodeForm token={decodeURIComponent(window.location.hash.slice(1))} />
        ) : (
          <>
            {problem === undefined ? null : <LinkProblem code={problem} />}
            <PasswordForm />
          </>
        )}
      </div>
    </main>
  );
}

/** A sign-in link is opened by the server itself; what it refuses comes back here by its code. */
function LinkProblem({ code }: { readonly code: string }) {
  if (code === "tenant_closed") return <TenantClosed />;
  if (code.startsWith("provider_") || code === "approval_needed") return <ProviderProblem code={code} />;
  const spent = code === "link_spent";
  return (
    <div className="notice notice-warning" role="alert">
      <div>
        <p className="fact">{spent ? "This link was used before, or is too old." : `The link was refused: ${code}.`}</p>
        <p className="hint">Sign in by password, or make another link: apg access link.</p>
      </div>
    </div>
  );
}

/** The link was made by who asked for the role; the code is known to who approved it. */
function CodeForm({ token }: { readonly token: string }) {
  const enter = useSignInByLink();
  const [code, setCode] = useState("");
  return (
    <form
      style={{ display: "grid", gap: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        enter.mutate({ token, code });
      }}
    >
      <TextInput
        label="Code"
        description="Whoever approved your role tells it to you themselves."
        placeholder="XXXX-XXXX-XXXX"
        autoComplete="one-time-code"
        required
        autoFocus
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      {enter.error === null ? null : <ErrorNotice error={enter.error} />}
      <Button type="submit" loading={enter.isPending}>
        Sign in
      </Button>
    </form>
  );
}

function ProviderProblem({ code }: { readonly code: string }) {
  const facts: Readonly<Record<string, string>> = {
    provider_refused: "The sign-in at your company's provider was not accepted.",
    provider_unusable: "Your company's identity provider does not answer as it should.",
    approval_needed: "Your role waits for somebody's approval.",
  };
  return (
    <div className="notice notice-warning" role="alert">
      <div>
        <p className="fact">{facts[code] ?? `The sign-in was refused: ${code}.`}</p>
        <p className="hint">Try again, or ask an administrator of your company.</p>
      </div>
    </div>
  );
}

function ProviderButtons({ email }: { readonly email: string }) {
  const offered = useProviders(email).data?.items ?? [];
  return offered.map(({ tenant, name }) => (
    <Button
      key={tenant.id}
      component="a"
      variant="default"
      href={`/sign-in/oidc?${new URLSearchParams({ tenant: tenant.id, ...(email.includes("@") ? { email } : {}) })}`}
    >
      Sign in with {name} · {tenant.name}
    </Button>
  ));
}

function TenantClosed() {
  return (
    <div className="notice notice-warning" role="alert">
      <div>
        <p className="fact">This company is suspended: nobody signs in there until it is opened again.</p>
        <p className="hint">Its data is kept. Ask who runs this installation.</p>
      </div>
    </div>
  );
}

function PasswordForm() {
  const signIn = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const tenants = signIn.data?.session === null ? signIn.data.tenants : [];
  if (tenants.length > 0) return <ChooseTenant tenants={tenants} onChoose={(tenant) => signIn.mutate({ email, password, tenant })} />;
  return (
    <form
      style={{ display: "grid", gap: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        signIn.mutate({ email, password });
      }}
    >
      <TextInput
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        autoFocus
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {signIn.error === null ? null : <ErrorNotice error={signIn.error} />}
      <Button type="submit" loading={signIn.isPending}>
        Sign in
      </Button>
      <ProviderButtons email={email} />
    </form>
  );
}

function ChooseTenant({ tenants, onChoose }: { readonly tenants: readonly TenantRef[]; readonly onChoose: (tenant: string) => void }) {
  return (
    <div style={{ display: "grid", gap: 8 }}>
      <strong>Work as which tenant?</strong>
      {tenants.map((tenant) => (
        <Button key={tenant.id} variant="default" justify="flex-start" onClick={() => onChoose(tenant.id)}>
          {tenant.name}
        </Button>
      ))}
    </div>
  );
}
