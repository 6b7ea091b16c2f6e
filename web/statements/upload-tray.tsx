import "./upload.css";
import { ActionIcon, Progress } from "@mantine/core";
import { Icon } from "../kit/icon.tsx";
import { UploadRow } from "./upload-row.tsx";
import { type Upload, useUploads } from "./uploads.tsx";

/** What became of the files dropped: one line each, problems with their line in the file. */
export function UploadTray() {
  const { uploads, clear } = useUploads();
  if (uploads.length === 0) return null;
  const open = uploads.filter((upload) => upload.state !== "done" && upload.state !== "failed");
  return (
    <section className="tray" aria-label="Statement files">
      <div className="panel-head">
        <h2 role="status">{open.length > 0 ? `Reading ${open.length} of ${uploads.length} files` : summary(uploads)}</h2>
        <span className="spacer" />
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close the list of files" disabled={open.length > 0} onClick={clear}>
          <Icon name="close" size={14} />
        </ActionIcon>
      </div>
      {open.length > 0 ? <Progress value={totalProgress(uploads)} size={3} radius={0} aria-label="Progress of all files" /> : null}
      <ul className="tray-list">
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} />
        ))}
      </ul>
    </section>
  );
}

function summary(uploads: readonly Upload[]): string {
  const count = (outcome: string) => uploads.filter((upload) => upload.result?.outcome === outcome).length;
  const failed = uploads.filter((upload) => upload.state === "failed").length;
  const parts = [
    [count("imported"), "imported"],
    [count("duplicate"), "duplicate"],
    [count("refused"), "refused"],
    [failed, "failed"],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`)
    .join(" · ");
}

function totalProgress(uploads: readonly Upload[]): number {
  const bytes = uploads.reduce((sum, upload) => sum + upload.bytes, 0);
  const sent = uploads.reduce(
    (sum, upload) => sum + upload.bytes * (upload.state === "done" || upload.state === "failed" ? 1 : upload.progress * 0.9),
    0,
  );
  return bytes === 0 ? 100 : (sent / bytes) * 100;
}
