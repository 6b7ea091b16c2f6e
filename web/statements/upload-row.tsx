import { Button, Progress } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { StatementProblem, UploadedFile } from "../../src/statements/contract.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { formatBytes, formatCount } from "../kit/money.ts";
import { canBeSaid } from "./reading/words.ts";
import { type Upload, useUploads } from "./uploads.tsx";

export function UploadRow({ upload }: { readonly upload: Upload }) {
  const { retry } = useUploads();
  return (
    <li className="upload">
      <Icon name="file" />
      <span className="upload-name" title={upload.name}>
        {upload.name}
      </span>
      <Outcome upload={upload} />
      {upload.state === "sending" ? (
        <div className="upload-more">
          <Progress value={upload.progress * 100} size={4} aria-label={`Progress of ${upload.name}`} />
        </div>
      ) : null}
      {upload.result === null ? null : <Result result={upload.result} />}
      {upload.problem === null ? null : (
        <div className="upload-more">
          <p className="problem-line" style={{ gridTemplateColumns: "minmax(0, 1fr)" }}>
            {upload.problem.message} {upload.problem.hint}
          </p>
          <Button size="compact-xs" variant="default" onClick={() => retry(upload.id)}>
            Send again
          </Button>
        </div>
      )}
    </li>
  );
}

function Outcome({ upload }: { readonly upload: Upload }) {
  const outcome = upload.result?.outcome;
  if (outcome !== undefined) return <span className={`upload-outcome outcome-${outcome}`}>{outcome}</span>;
  if (upload.state === "failed") return <span className="upload-outcome outcome-refused">failed</span>;
  return <span className="muted">{upload.state === "sending" ? formatBytes(upload.bytes) : upload.state}</span>;
}

function Result({ result }: { readonly result: UploadedFile }) {
  return (
    <div className="upload-more">
      <div>{sentence(result)}</div>
      {result.statements.slice(0, 5).map((statement, index) => (
        <div key={statement.statementId ?? `${statement.account}-${index}`} className="state">
          {statement.accountId === null ? (
            <span>…{statement.account}</span>
          ) : (
            <Link to="/accounts/$accountId" params={{ accountId: statement.accountId }} className="link">
              …{statement.account}
            </Link>
          )}
          <span>{statement.closingDate ?? "intraday"}</span>
          {statement.closing === null || statement.currency === null ? null : (
            <Figure amount={statement.closing} currency={statement.currency} withCurrency />
          )}
          <span className="muted">{statement.outcome === "conflict" ? "differs from what is sealed" : (statement.status ?? "")}</span>
        </div>
      ))}
      {result.statements.length > 5 ? <div className="muted">and {result.statements.length - 5} statements more</div> : null}
      {result.problems.slice(0, 6).map((problem) => (
        <ProblemLine key={`${problem.code}-${problem.line}-${problem.message}`} problem={problem} />
      ))}
      {result.outcome === "refused" && result.deliveryId !== null && canBeSaid(result) ? (
        <Link to="/statements/read/$deliveryId" params={{ deliveryId: result.deliveryId }} className="link">
          Say what is missing
        </Link>
      ) : null}
      {result.problems.length > 6 ? <div className="muted">and {result.problems.length - 6} problems more</div> : null}
    </div>
  );
}

export function ProblemLine({ problem }: { readonly problem: StatementProblem }) {
  return (
    <div className={`problem-line ${problem.severity === "warning" ? "problem-warning" : ""}`}>
      <strong className="nowrap">{problem.line === null ? problem.code : `line ${problem.line}`}</strong>
      <span>{problem.message}</span>
    </div>
  );
}

function sentence(result: UploadedFile): string {
  if (result.outcome === "refused" && canBeSaid(result)) return "Nothing of it was posted; the file is kept until you say what is missing.";
  if (result.outcome === "refused") return "Nothing of it was posted. Ask the bank for a sound file, or correct it at its source.";
  const what = `${result.variant ?? result.format ?? "statement"} · ${formatCount(result.entries)} entries`;
  return result.outcome === "duplicate" ? `${what}, all known already: nothing changed` : `${what}, ${formatCount(result.newEntries)} new`;
}
