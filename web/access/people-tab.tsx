import { Button, Group, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { Person, Role } from "../../src/access/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";
import { Outcome } from "./outcome.tsx";
import { isWaiting, useChangePerson, useEndSessions, useInvite, useMakeLink, usePeople } from "./queries.ts";
import { useMay, useSession } from "./session.ts";

const roleNames: readonly Role[] = ["treasurer", "analyst", "approver", "auditor", "administrator"];
const linkOf = (token: string) => `${window.location.origin}/sign-in?token=${token}`;

export function PeopleTab() {
  const people = usePeople();
  const mayWrite = useMay("access:write");
  return (
    <>
      {mayWrite ? <Invitation /> : null}
      <Resolve of={people}>{({ items }) => <PeopleTable people={items} mayWrite={mayWrite} />}</Resolve>
    </>
  );
}

function Invitation() {
  const invite = useInvite();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("analyst");
  const secret = invite.data !== undefined && !isWaiting(invite.data) ? linkOf(invite.data.link.token) : undefined;
  return (
    <form
      aria-label="Invite a person"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ email, name, role });
      }}
    >
      <Group gap="xs" mb="sm">
        <TextInput
          size="xs"
          w={220}
          aria-label="E-mail"
          placeholder="E-mail"
          type="email"
          required
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          w={180}
          aria-label="Name"
          placeholder="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          aria-label="Role"
          data={[...roleNames]}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        />
        <Button size="xs" type="submit" loading={invite.isPending}>
          Invite
        </Button>
      </Group>
      <Outcome error={invite.error} answer={invite.data} secret={secret} what="They come in by this link, within three days." />
    </form>
  );
}

function PeopleTable({ people, mayWrite }: { readonly people: readonly Person[]; readonly mayWrite: boolean }) {
  const change = useChangePerson();
  const link = useMakeLink();
  const end = useEndSessions();
  const me = useSession().data?.actor.id;
  // What was done last is what is told.
  const isLink = link.submittedAt > change.submittedAt && link.submittedAt > end.submittedAt;
  const secret = isLink && link.data !== undefined && !isWaiting(link.data) ? linkOf(link.data.token) : undefined;
  return (
    <>
      <Outcome
        error={isLink ? link.error : change.submittedAt > end.submittedAt ? change.error : end.error}
        answer={isLink ? link.data : change.data}
        secret={secret}
        what={
          link.data !== undefined && !isWaiting(link.data) && link.data.codeNeeded
            ? "A link to sign in, once, together with the code that who approved tells them: neither opens anything alone."
            : "A link to sign in, once."
        }
      />
      <div className="panel sheet-scroll">
        <table className="sheet" aria-label="People">
          <thead>
            <tr>
              <th>Name</th>
              <th>E-mail</th>
              <th>Role</th>
              <th>Password</th>
              <th className="right">Sessions</th>
              <th>Last signed in</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.id} className={person.disabledAt === null ? "" : "muted"}>
                <td>
                  {person.name}
                  {person.disabledAt === null ? "" : " · let out"}
                </td>
                <td>{person.email}</td>
                <td>
                  {mayWrite && person.id !== me && person.disabledAt === null ? (
                    <NativeSelect
                      size="xs"
                      variant="unstyled"
                      aria-label={`Role of ${person.name}`}
                      data={[...roleNames]}
                      value={person.role}
                      onChange={(event) => change.mutate({ id: person.id, role: event.currentTarget.value as Role })}
                    />
                  ) : (
                    person.role
                  )}
                </td>
                <td>{person.hasPassword ? "yes" : "none"}</td>
                <td className="right">{person.sessions}</td>
                <td className="muted nowrap">{person.lastSignedInAt === null ? "never" : localMoment(person.lastSignedInAt)}</td>
                <td className="right nowrap">
                  {mayWrite && person.id !== me ? (
                    <>
                      <Button size="compact-xs" variant="subtle" onClick={() => link.mutate(person.id)}>
                        Link
                      </Button>
                      <Button size="compact-xs" variant="subtle" disabled={person.sessions === 0} onClick={() => end.mutate(person.id)}>
                        Sign out
                      </Button>
                      <Button
                        size="compact-xs"
                        variant="subtle"
                        color="red"
                        onClick={() => change.mutate({ id: person.id, disabled: person.disabledAt === null })}
                      >
                        {person.disabledAt === null ? "Let out" : "Let in"}
                      </Button>
                    </>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
