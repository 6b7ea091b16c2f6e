import "./reading.css";
import { Button, FileButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../access/session.ts";
import { Empty, ErrorNotice, Resolve, Waiting } from "../../kit/notice.tsx";
import { ProblemLine } from "../upload-row.tsx";
import { Conventions } from "./conventions.tsx";
import { Questions } from "./questions.tsx";
import { RawTable } from "./raw-table.tsx";
import { deliverySource, fileSource, type Source } from "./source.ts";
import { Sums } from "./sums.tsx";
import { TakeOver } from "./take-over.tsx";
import { useReading } from "./use-reading.ts";

/** A file read by hand: what was found in it, what decided, what is open; corrected, kept as a profile, imported. */
export default function ReadPage() {
  const { deliveryId } = useParams({ strict: false });
  return deliveryId === undefined ? <OwnFile /> : <Received key={deliveryId} deliveryId={deliveryId} />;
}

function Received({ deliveryId }: { readonly deliveryId: string }) {
  const source = useQuery({ queryKey: ["delivery", deliveryId], queryFn: ({ signal }) => deliverySource(deliveryId, signal) });
  return (
    <div className="page">
      <Resolve of={source}>{(one) => <ReadSource key={one.key} source={one} />}</Resolve>
    </div>
  );
}

function OwnFile() {
  const [source, setSource] = useState<Source | null>(null);
  const choose = (file: File | null) => setSource(file === null ? null : fileSource(file));
  const button = (text: string) => (
    <FileButton onChange={choose}>
      {(props) => (
        <Button {...props} size="compact-sm" variant="default">
          {text}
        </Button>
      )}
    </FileButton>
  );
  return (
    <div className="page">
      {source === null ? (
        <>
          <header className="page-head">
            <h1>Read a table</h1>
          </header>
          <div className="panel">
            <Empty icon="sheet" title="See how a bank's table is read before it is imported" action={button("Choose a file")}>
              A CSV, an Excel workbook or a QIF file: each column's meaning, the order of day and month and the decimal sign are shown with
              what decided them, and can be corrected. Nothing is stored until you import.
            </Empty>
          </div>
        </>
      ) : (
        <ReadSource key={source.key} source={source} other={button("Another file")} />
      )}
    </div>
  );
}

function ReadSource({ source, other }: { readonly source: Source; readonly other?: React.ReactNode }) {
  const reading = useReading(source);
  const mayImport = useMay("statements:write");
  const { data, error, isPlaceholderData, refetch } = reading.preview;
  return (
    <>
      <header className="page-head">
        <h1>{source.name}</h1>
        <span className="muted">
          {data === undefined
            ? ""
            : [data.variant ?? "no statement format", data.encoding, isPlaceholderData ? "reading …" : ""].filter(Boolean).join(" · ")}
        </span>
        <span className="spacer" />
        {other}
        <Button size="compact-sm" variant="default" onClick={reading.startAgain}>
          Start again
        </Button>
        <Link to="/statements" className="link">
          Statements
        </Link>
      </header>
      {error === null ? null : <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <Waiting /> : null}
      {data === undefined ? null : (
        <>
          <Questions preview={data} reading={reading} />
          {data.table === null ? null : <Conventions table={data.table} encoding={data.encoding} reading={reading} />}
          <div className="reading-result">
            <div className="reading-facts">
              <Sums preview={data} />
              {data.problems
                .filter(({ code }) => code !== "BALANCE_MISSING" || data.table === null)
                .map((problem) => (
                  <ProblemLine key={`${problem.code}-${problem.line}`} problem={problem} />
                ))}
            </div>
            {mayImport ? <TakeOver source={source} preview={data} reading={reading} /> : null}
          </div>
          {data.table === null ? null : <RawTable table={data.table} reading={reading} />}
        </>
      )}
    </>
  );
}
