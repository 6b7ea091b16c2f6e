import { Button, Group } from "@mantine/core";
import type { BankConnection } from "../../src/banks/connections/contract.ts";
import { Outcome } from "../access/outcome.tsx";
import { isWaiting } from "../access/queries.ts";
import { useMay } from "../access/session.ts";
import { localMoment } from "../kit/days.ts";
import { useSync, useTest } from "./queries.ts";

export interface ConnectionTableProps {
  readonly connections: readonly BankConnection[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
  readonly onEdit: (connection: BankConnection) => void;
  readonly mayConfigure: boolean;
}

export function ConnectionTable({ connections, chosen, onChoose, onEdit, mayConfigure }: ConnectionTableProps) {
  const test = useTest();
  const sync = useSync();
  const mayOperate = useMay("statements:write");
  const tested = connections.find(({ id }) => id === test.variables?.id);
  return (
    <>
      <div className="panel sheet-scroll">
        <table className="sheet" aria-label="Connections">
          <thead>
            <tr>
              <th>Bank</th>
              <th>Connection</th>
              <th>Way</th>
              <th>State</th>
              <th>Expected by</th>
              <th>Covered</th>
              <th>Last success</th>
              <th>Next sync</th>
              <th className="right">Waiting</th>
              <th className="right">Errors</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {connections.map((connection) => (
              <tr key={connection.id} className={connection.id === chosen ? "bank-row-chosen" : ""}>
                <td className="nowrap">{connection.bank.name}</td>
                <td>
                  <button type="button" className="bank-name" onClick={() => onChoose(connection.id)}>
                    {connection.name}
                  </button>
                </td>
                <td className="muted nowrap">{wayOf(connection)}</td>
                <td>
                  <span className={`bank-state bank-state-${connection.status}`}>{connection.status}</span>
                  {connection.lastError === null ? null : <span className="bank-why">{connection.lastError}</span>}
                </td>
                <td className="nowrap" title={connection.timeZone ?? ""}>
                  {connection.expectedBy ?? <span className="muted">-</span>}
                </td>
                <td className="nowrap">
                  {connection.coveredThrough ?? <span className="muted">-</span>}
                  {connection.missingSince === null ? null : <span className="bank-late"> late: {connection.missingSince}</span>}
                </td>
                <td className="muted nowrap">{connection.lastSuccessAt === null ? "never" : localMoment(connection.lastSuccessAt)}</td>
                <td className="muted nowrap">{nextOf(connection)}</td>
                <td className="right">{connection.files.waiting}</td>
                <td className={`right ${connection.files.error > 0 ? "bank-late" : ""}`}>{connection.files.error}</td>
                <td>
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    {mayOperate && connection.kind !== "upload" ? (
                      <Button
                        size="compact-xs"
                        variant="default"
                        onClick={() => sync.mutate(connection.id)}
                        disabled={connection.isSyncing}
                      >
                        Sync
                      </Button>
                    ) : null}
                    {mayConfigure && connection.kind !== "upload" ? (
                      <Button
                        size="compact-xs"
                        variant="default"
                        loading={test.isPending && test.variables.id === connection.id}
                        onClick={() => test.mutate({ id: connection.id })}
                      >
                        Test
                      </Button>
                    ) : null}
                    {mayConfigure ? (
                      <Button size="compact-xs" variant="subtle" onClick={() => onEdit(connection)}>
                        Edit
                      </Button>
                    ) : null}
                  </Group>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Outcome error={sync.error} answer={undefined} />
      {tested === undefined || test.isPending ? null : <Tested test={test} connection={tested} />}
    </>
  );
}

function Tested({ test, connection }: { readonly test: ReturnType<typeof useTest>; readonly connection: BankConnection }) {
  const answer = test.data;
  if (answer === undefined || isWaiting(answer)) return <Outcome error={test.error} answer={answer} />;
  if (answer.outcome === "connected")
    return (
      <div className="notice bank-gap" role="status">
        <p className="fact">
          {connection.name} works: {answer.files} {answer.files === 1 ? "file" : "files"} there.
        </p>
      </div>
    );
  if (answer.outcome === "failed" || answer.hostKey === null)
    return (
      <div className="notice notice-error bank-gap" role="alert">
        <div>
          <p className="fact">{answer.problem?.message}</p>
          <p className="hint">{answer.problem?.hint}</p>
        </div>
      </div>
    );
  const { hostKey } = answer;
  return (
    <div className="notice notice-warning bank-gap" role="status">
      <div>
        <p className="fact">The server of {connection.name} shows this key. Compare it with what the bank published.</p>
        <p className="mono" style={{ userSelect: "all" }}>
          {hostKey}
        </p>
        <p className="actions">
          <Button size="compact-sm" onClick={() => test.mutate({ id: connection.id, confirmHostKey: hostKey })}>
            It is the same: pin it
          </Button>
        </p>
      </div>
    </div>
  );
}

function wayOf({ kind, settings }: BankConnection): string {
  if (kind === "upload") return "brought over HTTPS";
  if (kind === "sftp") return `SFTP ${settings.host}${settings.port === undefined ? "" : `:${settings.port}`}`;
  return `${kind} ${settings.path ?? ""}`.trim();
}

function nextOf(connection: BankConnection): string {
  if (connection.isSyncing) return "now";
  if (connection.nextSyncAt === null) return connection.kind === "upload" ? "-" : "by hand";
  const attempt = (connection.nextAttempt ?? 1) > 1 ? ` (attempt ${connection.nextAttempt})` : "";
  return localMoment(connection.nextSyncAt) + attempt;
}
