import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Delivery } from "../../src/statements/contract.ts";
import { address } from "../kit/api.ts";
import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { formatBytes, formatCount } from "../kit/money.ts";
import { ErrorNotice, Waiting } from "../kit/notice.tsx";
import { fetchFile } from "./file.ts";

interface FileProps {
  readonly delivery: Delivery;
  /** Line to show, when an entry was followed into the file. */
  readonly line: number | null;
  readonly onLine: (line: number | null) => void;
}

/** The end of the way: the bytes as they came, with their hash computed here once more. */
export function FileStep({ delivery, line, onLine }: FileProps) {
  const [shown, setShown] = useState(false);
  const open = shown || line !== null;
  return (
    <section className="proof-step" aria-labelledby="proof-file">
      <h3 id="proof-file">
        <Icon name="file" /> The file
      </h3>
      <p>
        <strong>{delivery.file}</strong> · {delivery.variant ?? delivery.format} · {formatBytes(delivery.bytes)} (
        {formatCount(delivery.bytes)} bytes)
      </p>
      <p className="muted">
        Received {localMoment(delivery.receivedAt, true)}
        {delivery.receivedBy === null ? "" : ` from ${delivery.receivedBy}`}, kept unchanged.
      </p>
      <ol className="chain">
        <li>
          <span className="muted">sha-256 on arrival</span>
          <code className="mono">{delivery.sha256}</code>
        </li>
      </ol>
      <div className="state">
        <Button
          component="a"
          href={address(`/deliveries/${delivery.id}/file`)}
          download={delivery.file}
          size="compact-sm"
          leftSection={<Icon name="download" size={14} />}
        >
          Download the bytes
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          aria-expanded={open}
          onClick={() => {
            setShown(!open);
            onLine(null);
          }}
        >
          {open ? "Hide the file" : "Show the file here"}
        </Button>
      </div>
      {open ? <Bytes delivery={delivery} line={line} /> : null}
    </section>
  );
}

function Bytes({ delivery, line }: { readonly delivery: Delivery; readonly line: number | null }) {
  const file = useQuery({
    queryKey: ["file", delivery.id],
    queryFn: ({ signal }) => fetchFile(delivery.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const marked = useRef<HTMLLIElement>(null);
  const ready = file.data !== undefined;
  useEffect(() => {
    if (ready && line !== null) marked.current?.scrollIntoView({ block: "center" });
  }, [ready, line]);
  if (file.error !== null) return <ErrorNotice error={file.error} onRetry={() => void file.refetch()} />;
  if (file.data === undefined) return <Waiting lines={4} label="Fetching the file" />;
  const { lines, sha256, bytes } = file.data;
  // Large files show the surroundings of the line; the whole is a download away.
  const span = 400;
  const first = Math.max(0, Math.min((line ?? 1) - span / 2, lines.length - span));
  return (
    <>
      <p className={sha256 === null || sha256 === delivery.sha256 ? "good" : "bad"}>
        {sha256 === null
          ? `${formatCount(bytes)} bytes fetched; this browser computes hashes only over https.`
          : sha256 === delivery.sha256
            ? `sha-256 of the ${formatCount(bytes)} bytes just fetched, computed in this browser: the same.`
            : `sha-256 of the bytes just fetched is ${sha256}: not the file that arrived.`}
      </p>
      <ol className="bytes mono" start={first + 1} aria-label={`Lines of ${delivery.file}`}>
        {lines.slice(first, first + span).map((text, index) => {
          const number = first + index + 1;
          return (
            <li key={number} ref={number === line ? marked : null} className={number === line ? "marked" : ""} value={number}>
              {text === "" ? " " : text}
            </li>
          );
        })}
      </ol>
    </>
  );
}
