import type { Proof } from "../../src/accounts/contract.ts";
import type { DaySeal } from "../../src/statements/contract.ts";
import { localMoment } from "../kit/days.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { Behind } from "./behind.tsx";
import { howTied, whyUnsealed } from "./seal-words.ts";

/** The seal of the day that the figure stands on and the seal before it, or why there is none. */
export function SealStep({ proof }: { readonly proof: Proof }) {
  const { seal, sealCheck, currency } = proof;
  if (seal === null)
    return (
      <section className="proof-step">
        <h3 className="bad">
          <Icon name="gap" /> No closing balance to stand on
        </h3>
        <p>
          The bank has stated no closing balance of this account up to this day, so nothing can be sealed. Import an end-of-day statement.
        </p>
      </section>
    );
  const sealed = seal.status === "sealed";
  const broken = sealCheck !== null && !sealCheck.holds;
  return (
    <section className="proof-step" aria-labelledby="proof-seal">
      <h3 id="proof-seal" className={sealed && !broken ? "good" : "bad"}>
        <Icon name={broken || seal.status === "break" ? "break" : sealed ? "seal" : "gap"} />
        {sealed ? `${seal.day} is sealed` : `${seal.day} is not sealed`}
      </h3>
      <div className="equation">
        {seal.opening === null ? null : (
          <>
            <Term name="opening" amount={seal.opening} currency={currency} />
            <span>+</span>
          </>
        )}
        <Term name={`${seal.entries} ${seal.entries === 1 ? "entry" : "entries"}`} amount={seal.net} currency={currency} />
        <span>{seal.status === "break" ? "≠" : "="}</span>
        <Term name="closing" amount={seal.closing} currency={currency} />
      </div>
      <p>{sealed ? howTied(seal) : whyUnsealed(seal)}</p>
      {sealed ? null : <Behind accountId={proof.accountId} day={seal.day} />}
      <Chain seal={seal} recomputed={sealCheck} />
      {sealed ? <SealCheck holds={sealCheck?.holds ?? null} sealedAt={seal.sealedAt} /> : null}
    </section>
  );
}

function Chain({ seal, recomputed }: { readonly seal: DaySeal; readonly recomputed: Proof["sealCheck"] }) {
  if (seal.hash === null && seal.previousHash === null) return null;
  return (
    <ol className="chain">
      <li>
        <span className="muted">{seal.hash === null ? "last seal before" : "seal before"}</span>
        <code className="mono">{seal.previousHash ?? "none: the chain begins here"}</code>
      </li>
      {seal.hash === null ? null : (
        <li>
          <span className="muted">this seal</span>
          <code className="mono">{seal.hash}</code>
        </li>
      )}
      {recomputed === null ? null : (
        <li className={recomputed.holds ? "good" : "bad"}>
          <span>computed now</span>
          <code className="mono">{recomputed.recomputed}</code>
        </li>
      )}
    </ol>
  );
}

function SealCheck({ holds, sealedAt }: { readonly holds: boolean | null; readonly sealedAt: string }) {
  if (holds === false)
    return (
      <p className="bad">
        The entries stored today do not give this hash: something was changed after sealing. Do not rely on the figure before an
        administrator has found out what.
      </p>
    );
  const when = `Sealed ${localMoment(sealedAt, true)}.`;
  return <p className="muted">{holds === null ? when : `Computed again from the entries as they stand now: the same hash. ${when}`}</p>;
}

function Term({ name, amount, currency }: { readonly name: string; readonly amount: string; readonly currency: string }) {
  return (
    <span className="term">
      <Figure amount={amount} currency={currency} withCurrency />
      <small className="muted">{name}</small>
    </span>
  );
}
