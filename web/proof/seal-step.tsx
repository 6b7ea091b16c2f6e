import type { Proof } from "../../src/accounts/contract.ts";
import type { DaySeal } from "../../src/statements/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";

/** The seal of the day that the figure stands on, and the seal before it. */
export function SealStep({ proof }: { readonly proof: Proof }) {
  const { seal, sealCheck, currency } = proof;
  if (seal === null)
    return (
      <section className="proof-step">
        <h3 className="bad">
          <Icon name="gap" /> No seal
        </h3>
        <p>
          No day of this account ties to the day before it yet. The figure is what the bank stated; import the missing statements and the
          days seal themselves.
        </p>
      </section>
    );
  const holds = sealCheck === null ? null : sealCheck.holds;
  return (
    <section className="proof-step" aria-labelledby="proof-seal">
      <h3 id="proof-seal" className={seal.status === "sealed" && holds !== false ? "good" : "bad"}>
        <Icon name={seal.status === "sealed" && holds !== false ? "seal" : "break"} /> {sealTitle(seal)}
      </h3>
      <div className="equation">
        {seal.opening === null ? null : (
          <>
            <Term name="opening" amount={seal.opening} currency={currency} />
            <span>+</span>
          </>
        )}
        <Term name={`${seal.entries} entries`} amount={seal.net} currency={currency} />
        <span>=</span>
        <Term name="closing" amount={seal.closing} currency={currency} />
      </div>
      <ol className="chain">
        <li>
          <span className="muted">seal before</span>
          <code className="mono">{seal.previousHash ?? "none: this is the first sealed day of the account"}</code>
        </li>
        <li>
          <span className="muted">this seal</span>
          <code className="mono">{seal.hash}</code>
        </li>
        {sealCheck === null ? null : (
          <li className={sealCheck.holds ? "good" : "bad"}>
            <span>computed now</span>
            <code className="mono">{sealCheck.recomputed}</code>
          </li>
        )}
      </ol>
      <p className={holds === false ? "bad" : "muted"}>
        {holds === false
          ? "The entries stored today do not give this hash: something was changed after sealing. Ask the administrator to run a verification before relying on the figure."
          : holds === true
            ? `Computed again from the entries as they stand now: the same hash. Sealed ${localMoment(seal.sealedAt, true)}.`
            : `Sealed ${localMoment(seal.sealedAt, true)}.`}
      </p>
    </section>
  );
}

function sealTitle(seal: DaySeal): string {
  if (seal.status === "sealed") return `${seal.day} is sealed`;
  if (seal.status === "gap") return `${seal.day}: statements before it are missing`;
  if (seal.status === "break") return `${seal.day}: the balances do not tie`;
  return `${seal.day}: superseded by a later seal`;
}

function Term({ name, amount, currency }: { readonly name: string; readonly amount: string; readonly currency: string }) {
  return (
    <span className="term">
      <Figure amount={amount} currency={currency} withCurrency />
      <small className="muted">{name}</small>
    </span>
  );
}
