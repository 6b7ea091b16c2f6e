import { Button, Group, PasswordInput } from "@mantine/core";
import { useState } from "react";
import { localMoment } from "../kit/days.ts";
import { ErrorNotice, Resolve } from "../kit/notice.tsx";
import { useEndOtherSessions, useEndOwnSession, useOwnSessions, useSetPassword } from "./queries.ts";

/** What people do about themselves: where they are signed in, and their own password. */
export function SessionsTab() {
  return (
    <div style={{ display: "grid", gap: 20 }}>
      <OwnSessions />
      <OwnPassword />
    </div>
  );
}

function OwnPassword() {
  const set = useSetPassword();
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && next !== again;
  return (
    <section aria-label="My password">
      <h3>My password</h3>
      <form
        className="panel"
        style={{ padding: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          set.mutate(
            { ...(present === "" ? {} : { present }), next },
            {
              onSuccess: () => {
                setPresent("");
                setNext("");
                setAgain("");
              },
            },
          );
        }}
      >
        <Group gap="sm" align="flex-start">
          <PasswordInput
            size="xs"
            w={210}
            label="Present password"
            placeholder="none yet: leave it empty"
            autoComplete="current-password"
            value={present}
            onChange={(event) => setPresent(event.currentTarget.value)}
          />
          <PasswordInput
            size="xs"
            w={210}
            label="New password"
            autoComplete="new-password"
            required
            value={next}
            onChange={(event) => setNext(event.currentTarget.value)}
          />
          <PasswordInput
            size="xs"
            w={210}
            label="The same again"
            autoComplete="new-password"
            required
            value={again}
            error={differs ? "Not the same" : undefined}
            onChange={(event) => setAgain(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" mt={20} disabled={next === "" || next !== again} loading={set.isPending}>
            Set password
          </Button>
        </Group>
        {set.error === null ? null : <ErrorNotice error={set.error} />}
        {set.data === undefined ? null : (
          <p className="muted" role="status">
            Your password is set. Every other session of yours has ended.
          </p>
        )}
      </form>
    </section>
  );
}

function OwnSessions() {
  const sessions = useOwnSessions();
  const end = useEndOwnSession();
  const endOthers = useEndOtherSessions();
  return (
    <Resolve of={sessions}>
      {({ items }) => (
        <section aria-label="Where I am signed in">
          <Group justify="space-between" mb={6}>
            <h3 style={{ margin: 0 }}>Where I am signed in</h3>
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              disabled={items.every(({ current }) => current)}
              loading={endOthers.isPending}
              onClick={() => endOthers.mutate()}
            >
              Sign out everywhere else
            </Button>
          </Group>
          {end.error === null && endOthers.error === null ? null : <ErrorNotice error={end.error ?? endOthers.error} />}
          <div className="panel sheet-scroll">
            <table className="sheet" aria-label="My sessions">
              <thead>
                <tr>
                  <th>Began</th>
                  <th>Last seen</th>
                  <th>Ends</th>
                  <th>By</th>
                  <th>Browser</th>
                  <th />
                </tr>
              </thead>
              <tbody>
                {items.map((session) => (
                  <tr key={session.id}>
                    <td className="nowrap">{localMoment(session.startedAt)}</td>
                    <td className="muted nowrap">{session.lastSeenAt === null ? "" : localMoment(session.lastSeenAt)}</td>
                    <td className="nowrap">{localMoment(session.expiresAt)}</td>
                    <td>{session.method}</td>
                    <td className="muted">{session.browser}</td>
                    <td className="right nowrap">
                      {session.current ? (
                        "this one"
                      ) : (
                        <Button size="compact-xs" variant="subtle" color="red" onClick={() => end.mutate(session.id)}>
                          End
                        </Button>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </Resolve>
  );
}
