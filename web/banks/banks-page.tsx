import "./banks.css";
import { Button, Drawer } from "@mantine/core";
import { useState } from "react";
import type { Alert, BankConnection } from "../../src/banks/connections/contract.ts";
import { useMay } from "../access/session.ts";
import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { Empty, ErrorNotice, Resolve } from "../kit/notice.tsx";
import { ConnectionForm } from "./connection-form.tsx";
import { ConnectionTable } from "./connection-table.tsx";
import { FileTable } from "./file-table.tsx";
import { useAcknowledge, useAlerts, useConnections } from "./queries.ts";

/** How each bank is reached and fares, what came from it, and what needs a person. */
export default function BanksPage() {
  const connections = useConnections();
  const mayConfigure = useMay("accounts:write");
  const [edited, setEdited] = useState<BankConnection | "new" | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const connect = mayConfigure ? (
    <Button size="xs" onClick={() => setEdited("new")}>
      Connect a bank
    </Button>
  ) : null;
  return (
    <div className="page-full">
      <header className="page-head">
        <h1>Banks</h1>
        <span className="spacer" />
        {connect}
      </header>
      <Alerts />
      <Resolve of={connections}>
        {({ items }) => {
          const shown = items.find(({ id }) => id === chosen) ?? items[0];
          if (shown === undefined)
            return (
              <div className="panel">
                <Empty icon="link" title="No bank is connected">
                  Statements can be fetched from a folder, an SFTP server or a mailbox, or brought with an API key.
                </Empty>
              </div>
            );
          return (
            <>
              <ConnectionTable connections={items} chosen={shown.id} onChoose={setChosen} onEdit={setEdited} mayConfigure={mayConfigure} />
              <FileTable key={shown.id} connection={shown} />
            </>
          );
        }}
      </Resolve>
      <Drawer
        opened={edited !== null}
        onClose={() => setEdited(null)}
        position="right"
        size="lg"
        title={edited === "new" ? "Connect a bank" : "Change the connection"}
      >
        {edited === null ? null : <ConnectionForm connection={edited === "new" ? null : edited} onDone={() => setEdited(null)} />}
      </Drawer>
    </div>
  );
}

function Alerts() {
  const alerts = useAlerts();
  if (alerts.error !== null) return <ErrorNotice error={alerts.error} onRetry={() => void alerts.refetch()} />;
  const items = alerts.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className="bank-alerts" aria-label="Alerts">
      {items.map((alert) => (
        <AlertLine key={alert.id} alert={alert} />
      ))}
    </section>
  );
}

function AlertLine({ alert }: { readonly alert: Alert }) {
  const acknowledge = useAcknowledge();
  const mayOperate = useMay("statements:write");
  return (
    <div className={`notice ${alert.severity === "critical" ? "notice-error" : "notice-warning"}`} role="status">
      <Icon name={alert.kind === "statement_late" ? "calendar" : "break"} />
      <div style={{ flex: 1 }}>
        <p className="fact">{alert.message}</p>
        <p className="hint muted">
          since {localMoment(alert.raisedAt)}
          {alert.acknowledgedAt === null ? "" : `, seen ${localMoment(alert.acknowledgedAt)}`}
        </p>
      </div>
      {alert.acknowledgedAt === null && mayOperate ? (
        <Button size="compact-xs" variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate(alert.id)}>
          Seen
        </Button>
      ) : null}
    </div>
  );
}
