import "./sign-in.css";
import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Navigate, useSearch } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import type { TenantRef } from "../../src/access/contract.ts";
import { ErrorNotice, Waiting } from "../kit/notice.tsx";
import { useSession, useSignIn, useSignInByLink } from "./session.ts";

export function SignInPage() {
  const { token } = useSearch({ from: "/sign-in" });
  const session = useSession();
  if (session.data !== null && session.data !== undefined) return <Navigate to="/" replace />;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>APG Cash Management</h1>
        <p>Bank statements in, a proven cash position out.</p>
        {token === undefined ? <PasswordForm /> : <ByLink token={token} />}
      </div>
    </main>
  );
}

/** A link works once, so it is spent once: React's double effects in development must not spend it twice. */
function ByLink({ token }: { readonly token: string }) {
  const { mutate, error } = useSignInByLink();
  const spent = useRef(false);
  useEffect(() => {
    if (spent.current) return;
    spent.current = true;
    mutate(token);
  }, [token, mutate]);
  if (error === null) return <Waiting lines={3} label="Signing you in" />;
  return (
    <>
      <ErrorNotice error={error} />
      <PasswordForm />
    </>
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
