import { Button, Group } from "@mantine/core";
import type { BankConnection, BankFile } from "../../src/banks/connections/contract.ts";
import { useMay } from "../access/session.ts";
import { localMoment } from "../kit/days.ts";
import { Empty, ErrorNotice, Resolve } from "../kit/notice.tsx";
import { useFileDeed, useFiles } from "./queries.ts";

/** The files of one connection, newest first: how far each came, and what became of it at the bank. */
export function FileTable({ connection }: { readonly connection: BankConnection }) {
  const files = useFiles(connection.id);
  return (
    <section aria-label={`Files of ${connection.name}`}>
      <h3>Files of {connection.name}</h3>
      <Resolve of={files}>
        {({ items }) => (
          <div className="panel sheet-scroll">
            {items.length === 0 ? (
              <Empty icon="upload" title="Nothing came this way yet">
                {connection.kind === "upload"
                  ? `Files are brought to POST /api/v1/bank-connections/${connection.id}/files`
                  : "Files appear here as soon as a sync sees them at the bank."}
              </Empty>
            ) : (
              <Files files={items} />
            )}
          </div>
        )}
      </Resolve>
    </section>
  );
}

function Files({ files }: { readonly files: readonly BankFile[] }) {
  const deed = useFileDeed();
  const mayOperate = useMay("statements:write");
  return (
    <>
      {deed.error === null ? null : <ErrorNotice error={deed.error} />}
      <table className="sheet" aria-label="Files">
        <thead>
          <tr>
            <th>File</th>
            <th className="right">Bytes</th>
            <th>State</th>
            <th>At the bank</th>
            <th>Changed there</th>
            <th>Last try</th>
            <th className="right">Tries</th>
            <th>Next try</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.id}>
              <td className="mono">{file.name}</td>
              <td className="right nowrap">{bytesOf(file)}</td>
              <td>
                <span className={`bank-state bank-state-${file.syncStatus === "failed" ? "failed-file" : file.syncStatus}`}>
                  {file.syncStatus === "imported" && file.outcome === "duplicate" ? "imported before" : file.syncStatus}
                </span>
                {file.problem === null ? null : (
                  <span className="bank-why" title={file.problem.hint ?? ""}>
                    {file.problem.message}
                  </span>
                )}
              </td>
              <td className="muted">{file.movedTo === null ? file.atBank : `moved to ${file.movedTo}`}</td>
              <td className="muted nowrap">{file.modifiedAt === null ? "-" : localMoment(file.modifiedAt)}</td>
              <td className="muted nowrap">{file.lastSyncAttempt === null ? "-" : localMoment(file.lastSyncAttempt)}</td>
              <td className="right">{file.attempts}</td>
              <td className="muted nowrap">{file.nextAttemptAt === null ? "-" : localMoment(file.nextAttemptAt)}</td>
              <td>
                {mayOperate && (file.syncStatus === "error" || file.syncStatus === "failed") ? (
                  <Group gap={4} wrap="nowrap" justify="flex-end">
                    <Button size="compact-xs" variant="default" onClick={() => deed.mutate({ id: file.id, deed: "retry" })}>
                      Retry
                    </Button>
                    <Button size="compact-xs" variant="subtle" onClick={() => deed.mutate({ id: file.id, deed: "dismiss" })}>
                      Dismiss
                    </Button>
                  </Group>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** While it is fetched: how much of it is here. */
function bytesOf({ bytes, storedBytes, syncStatus }: BankFile): string {
  const text = (count: number) => count.toLocaleString("en-US");
  return syncStatus === "pending" && storedBytes > 0 ? `${text(storedBytes)} of ${text(bytes)}` : text(bytes);
}
