import { ActionIcon, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useMay } from "../access/session.ts";
import { accountLabel } from "../kit/account-name.tsx";
import { weekdayName, weekLabel } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { Resolve } from "../kit/notice.tsx";
import { StateMark } from "../kit/state.tsx";
import { accountProof } from "../proof/target.ts";
import { useView } from "../shell/view.ts";
import { calendarWords } from "./calendar-words.ts";
import type { ChosenCell } from "./monitor.tsx";
import { useStatement } from "./queries.ts";
import { ProblemLine } from "./upload-row.tsx";
import { useUploads } from "./uploads.tsx";

/** What is there for one account on one day, what is missing, and what to do. */
export function CellDetail({ chosen, onClose }: { readonly chosen: ChosenCell; readonly onClose: () => void }) {
  const { account, day } = chosen;
  const { openProof } = useView();
  const { choose } = useUploads();
  const words = calendarWords[day.status];
  const mayImport = useMay("statements:write");
  const missing = mayImport && (day.status === "late" || day.status === "gap");
  return (
    <section className="cell-detail" aria-label={`${account.name} on ${day.day}`}>
      <div>
        <h3>
          {accountLabel(account)} · {weekdayName(day.day)} {day.day} {weekLabel(day.day)}
        </h3>
        <StateMark mark={day.status} />
        <p>{words.fact}</p>
        <p className="muted">{words.todo}</p>
      </div>
      <div className="cell-actions">
        {missing ? (
          <Button size="compact-sm" leftSection={<Icon name="upload" size={14} />} onClick={choose}>
            Add the statement
          </Button>
        ) : null}
        {day.closing === null ? null : (
          <Button size="compact-sm" variant="default" onClick={() => openProof(accountProof(account.accountId), day.day)}>
            Open the proof
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => <Link to="/accounts/$accountId" params={{ accountId: account.accountId }} {...props} />}
        >
          Account
        </Button>
        <ActionIcon variant="subtle" color="gray" aria-label="Close" onClick={onClose}>
          <Icon name="close" size={14} />
        </ActionIcon>
      </div>
      {day.statementId === null ? null : <StatementFacts statementId={day.statementId} />}
    </section>
  );
}

function StatementFacts({ statementId }: { readonly statementId: string }) {
  const detail = useStatement(statementId);
  return (
    <div className="cell-statement">
      <Resolve of={detail} lines={2}>
        {({ statement, problems, delivery }) => (
          <>
            <p>
              {statement.opening === null ? null : (
                <>
                  <Figure amount={statement.opening} currency={statement.currency} withCurrency /> opening ·{" "}
                </>
              )}
              {statement.entries} entries ·{" "}
              {statement.closing === null ? (
                "no closing stated"
              ) : (
                <>
                  <Figure amount={statement.closing} currency={statement.currency} withCurrency /> closing
                </>
              )}{" "}
              · {statement.format} {statement.reference} · from {delivery.file}
            </p>
            {problems.map((problem) => (
              <ProblemLine key={`${problem.code}-${problem.line}-${problem.message}`} problem={problem} />
            ))}
          </>
        )}
      </Resolve>
    </div>
  );
}
