import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Delivery } from "../../src/statements/contract.ts";
import { address } from "../kit/api.ts";
import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { formatBytes, formatCount } from "../kit/money.ts";
import { ErrorNotice, Waiting } from "../kit/notice.tsx";
import { fetchFile, fileRows, type Place, rowOf } from "./file.ts";

const shownUpTo = 8 * 1024 * 1024;
const rowsShown = 600;

interface FileProps {
  readonly delivery: Delivery;
  /** What to show, when an entry was followed into the file. */
  readonly place: Place | null;
  readonly onPlace: (place: Place | null) => void;
}

/** The end of the way: the bytes as they came, with their hash computed here once more. */
export function FileStep({ delivery, place, onPlace }: FileProps) {
  const [shown, setShown] = useState(false);
  const small = delivery.bytes <= shownUpTo;
  const open = small && (shown || place !== null);
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
        {small ? (
          <Button
            size="compact-sm"
            variant="default"
            aria-expanded={open}
            onClick={() => {
              setShown(!open);
              onPlace(null);
            }}
          >
            {open ? "Hide the file" : "Show the file here"}
          </Button>
        ) : (
          <span className="muted">too large to show here</span>
        )}
      </div>
      {open ? <Bytes delivery={delivery} place={place} /> : null}
    </section>
  );
}

function Bytes({ delivery, place }: { readonly delivery: Delivery; readonly place: Place | null }) {
  const file = useQuery({
    queryKey: ["file", delivery.id],
    queryFn: ({ signal }) => fetchFile(delivery.id, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const rows = useMemo(() => fileRows(file.data?.lines ?? []), [file.data]);
  const at = place === null ? -1 : rowOf(rows, place);
  const marked = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (at >= 0) marked.current?.scrollIntoView({ block: "center" });
  }, [at]);
  if (file.error !== null) return <ErrorNotice error={file.error} onRetry={() => void file.refetch()} />;
  if (file.data === undefined) return <Waiting lines={4} label="Fetching the file" />;
  // Long files show the surroundings of the place; the whole is a download away.
  const first = Math.max(0, Math.min(at - rowsShown / 2, rows.length - rowsShown));
  return (
    <>
      <HashCheck delivery={delivery} sha256={file.data.sha256} bytes={file.data.bytes} />
      <ol className="bytes mono" aria-label={`Lines of ${delivery.file}`}>
        {rows.slice(first, first + rowsShown).map(({ row, line, continued, text }) => (
          <li
            key={row}
            ref={row === at ? marked : null}
            className={[continued ? "continued" : "", row === at ? "marked" : ""].join(" ")}
            value={line}
          >
            {text === "" ? " " : text}
          </li>
        ))}
      </ol>
    </>
  );
}

function HashCheck({ delivery, sha256, bytes }: { readonly delivery: Delivery; readonly sha256: string | null; readonly bytes: number }) {
  if (sha256 === null) return <p className="muted">{formatCount(bytes)} bytes fetched; this browser computes hashes only over https.</p>;
  if (sha256 === delivery.sha256)
    return <p className="good">sha-256 of the {formatCount(bytes)} bytes just fetched, computed in this browser: the same.</p>;
  return <p className="bad">sha-256 of the bytes just fetched is {sha256}: not the file that arrived.</p>;
}
