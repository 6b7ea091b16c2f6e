import type { Statement, StatementBalance, StatementProblem } from "../../src/statements/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { ProblemLine } from "../statements/upload-row.tsx";

interface StatementProps {
  readonly statement: Statement;
  readonly balances: readonly StatementBalance[];
  readonly problems: readonly StatementProblem[];
}

export function StatementStep({ statement, balances, problems }: StatementProps) {
  const { currency } = statement;
  const name = [
    statement.format,
    statement.reference,
    statement.sequence === null ? null : `no. ${statement.sequence}`,
    statement.page === null ? null : `page ${statement.page}`,
  ];
  return (
    <section className="proof-step" aria-labelledby="proof-statement">
      <h3 id="proof-statement" className={statement.balanced === false ? "bad" : ""}>
        <Icon name={statement.balanced === false ? "break" : "check"} /> The bank's statement of {statement.closingDate ?? "the day"}
      </h3>
      <p className="muted">
        {name.filter((part) => part !== null).join(" · ")} · received {localMoment(statement.receivedAt, true)}
      </p>
      <table className="arithmetic">
        <tbody>
          <Row sign="" name="Opening" day={statement.openingDate} amount={statement.opening} currency={currency} />
          <Row sign="+" name="Credits" day={null} amount={statement.credits} currency={currency} />
          <Row sign="−" name="Debits" day={null} amount={statement.debits} currency={currency} />
          <Row
            sign={statement.balanced === false ? "≠" : "="}
            name="Closing"
            day={statement.closingDate}
            amount={statement.closing}
            currency={currency}
            result
          />
        </tbody>
      </table>
      <p className={statement.balanced === false ? "bad" : "muted"}>{balancedWords(statement)}</p>
      {balances.length > 0 ? <Balances balances={balances} /> : null}
      {problems.map((problem) => (
        <ProblemLine key={`${problem.code}-${problem.line}-${problem.message}`} problem={problem} />
      ))}
    </section>
  );
}

function balancedWords(statement: Statement): string {
  if (statement.balanced === null) return "The bank does not state both balances, so the sum cannot be checked.";
  if (statement.balanced) return `Opening + ${statement.entries} entries = closing, to the minor unit.`;
  return "Opening + entries is not the closing that the bank states.";
}

function Balances({ balances }: { readonly balances: readonly StatementBalance[] }) {
  return (
    <details>
      <summary className="link">Balances as they stand in the file ({balances.length})</summary>
      <table className="sheet">
        <tbody>
          {balances.map((balance) => (
            <tr key={`${balance.type}-${balance.code}-${balance.date}-${balance.line}`}>
              <td className="mono">
                {balance.type} {balance.code === balance.type ? "" : balance.code}
              </td>
              <td>{balance.date}</td>
              <td className="muted">{balance.line === null ? "" : `line ${balance.line}`}</td>
              <td className="right">
                <Figure amount={balance.amount} currency={balance.currency} withCurrency />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Row(props: {
  readonly sign: string;
  readonly name: string;
  readonly day: string | null;
  readonly amount: string | null;
  readonly currency: string;
  readonly result?: boolean;
}) {
  return (
    <tr className={props.result === true ? "result" : ""}>
      <td className="sign" aria-hidden="true">
        {props.sign}
      </td>
      <td>{props.name}</td>
      <td className="muted nowrap">{props.day}</td>
      <td className="right">
        {props.amount === null ? (
          <span className="muted">not stated</span>
        ) : (
          <Figure amount={props.amount} currency={props.currency} withCurrency />
        )}
      </td>
    </tr>
  );
}
