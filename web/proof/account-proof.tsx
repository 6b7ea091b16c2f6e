import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Proof, ProofStep } from "../../src/accounts/contract.ts";
import { useProof } from "../accounts/queries.ts";
import { accountLabel } from "../kit/account-name.tsx";
import { localMoment } from "../kit/days.ts";
import { isZero } from "../kit/decimal.ts";
import { Figure, stateWords } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { Resolve } from "../kit/notice.tsx";
import { useView } from "../shell/view.ts";
import { EntriesStep } from "./entries-step.tsx";
import type { Place } from "./file.ts";
import { FileStep } from "./file-step.tsx";
import { SealStep } from "./seal-step.tsx";
import { StatementStep } from "./statement-step.tsx";

/** Figure → arithmetic → seal → statement → entries → file, each step tied to the one before. */
export function AccountProof({ accountId, day }: { readonly accountId: string; readonly day: string | undefined }) {
  const { view } = useView();
  const proof = useProof(accountId, {
    ...(day === undefined ? {} : { day }),
    ...(view.knownAt === undefined ? {} : { knownAt: view.knownAt }),
    ...(view.basis === undefined ? {} : { basis: view.basis }),
  });
  return <Resolve of={proof}>{(data) => <Steps key={`${data.accountId}-${data.day}`} proof={data} />}</Resolve>;
}

function Steps({ proof }: { readonly proof: Proof }) {
  const [place, setPlace] = useState<Place | null>(null);
  return (
    <div className="proof">
      <header className="proof-head">
        <div className="muted">
          <Link to="/accounts/$accountId" params={{ accountId: proof.accountId }} className="link">
            {accountLabel({ name: proof.accountName, last4: proof.accountLast4 })}
          </Link>{" "}
          · {proof.day} · known {localMoment(proof.knownAt, true)}
        </div>
        <div className="proof-figure">
          <Figure amount={proof.amount} currency={proof.currency} state={proof.state} withCurrency />
        </div>
        <div>{stateWords[proof.state]}.</div>
      </header>
      <section className="proof-step" aria-labelledby="proof-sum">
        <h3 id="proof-sum">
          <Icon name="check" /> How the figure is made
        </h3>
        <Arithmetic steps={proof.steps} currency={proof.currency} />
      </section>
      <SealStep proof={proof} />
      {proof.statement === null ? null : <StatementStep statement={proof.statement} balances={proof.balances} problems={proof.problems} />}
      {proof.statement === null ? null : <EntriesStep statement={proof.statement} first={proof.entries} onPlace={setPlace} />}
      {proof.delivery === null ? null : <FileStep delivery={proof.delivery} place={place} onPlace={setPlace} />}
    </div>
  );
}

function Arithmetic({ steps, currency }: { readonly steps: readonly ProofStep[]; readonly currency: string }) {
  return (
    <table className="arithmetic">
      <tbody>
        {steps.map((step, index) => (
          <tr key={`${step.kind}-${step.day}-${step.label}`} className={step.kind === "result" ? "result" : ""}>
            <td className="sign" aria-hidden="true">
              {step.kind === "result" ? "=" : index === 0 ? "" : "+"}
            </td>
            <td>{step.label}</td>
            <td className="muted nowrap">{step.day}</td>
            <td className="right">
              <Figure
                amount={step.amount}
                currency={currency}
                withCurrency
                {...(step.kind === "provisional" && !isZero(step.amount) ? { state: "provisional" as const } : {})}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
