import { Button } from "@mantine/core";
import { localMoment } from "../kit/days.ts";
import { Resolve } from "../kit/notice.tsx";
import { useEndOwnSession, useOwnSessions } from "./queries.ts";

export function SessionsTab() {
  const sessions = useOwnSessions();
  const end = useEndOwnSession();
  return (
    <Resolve of={sessions}>
      {({ items }) => (
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
      )}
    </Resolve>
  );
}
