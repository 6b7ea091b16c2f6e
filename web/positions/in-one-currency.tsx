import "../rates/rates.css";
import { NativeSelect } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ConvertedPosition, Position } from "../../src/positions/contract.ts";
import { ApiProblem, get } from "../kit/api.ts";
import { Figure } from "../kit/figure.tsx";
import { ErrorNotice } from "../kit/notice.tsx";
import { useRateSets } from "../rates/queries.ts";
import { useView } from "../shell/view.ts";

/** What all currencies together would be worth: always indicative, with the name and the day of its rates. */
export function InOneCurrency({ position }: { readonly position: Position }) {
  const { view, when, change } = useView();
  const sets = useRateSets();
  const known = sets.data?.pages[0]?.items ?? [];
  const [wanted, rates] = [view.currency, view.rates];
  const query = { ...when, asOf: position.asOf, by: "currency", currency: wanted ?? reportingOf(position), rates };
  const converted = useQuery({
    enabled: known.length > 0,
    queryKey: ["converted", query],
    queryFn: ({ signal }) => get<Position>("/positions", query, signal),
    placeholderData: keepPreviousData,
  });
  if (sets.data === undefined || position.totals.length === 0) return null;
  const currencies = [...new Set([...(wanted === undefined ? [] : [wanted]), ...position.totals.map(({ currency }) => currency)])].sort();
  return (
    <section className="panel converted" aria-label="In one currency">
      {known.length === 0 ? (
        <span className="muted">
          No total over currencies: there are no rates yet. <Link to="/rates">Import rates</Link>
        </span>
      ) : converted.data?.converted ? (
        <Total of={converted.data.converted} />
      ) : converted.error === null ? (
        <span className="muted">…</span>
      ) : converted.error instanceof ApiProblem && converted.error.status === 404 ? (
        <span className="muted">{converted.error.message}</span>
      ) : (
        <ErrorNotice error={converted.error} />
      )}
      <span className="spacer" />
      {known.length === 0 ? null : (
        <span className="toolbar no-print">
          <NativeSelect
            size="xs"
            aria-label="In currency"
            value={query.currency}
            data={currencies}
            onChange={(event) => change({ currency: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            aria-label="Rate set"
            value={rates ?? ""}
            data={[{ value: "", label: "newest rates of the day" }, ...setNames(known, rates)]}
            onChange={(event) => change({ rates: event.currentTarget.value === "" ? undefined : event.currentTarget.value })}
          />
        </span>
      )}
    </section>
  );
}

function setNames(known: readonly { readonly name: string }[], rates: string | undefined) {
  const names = known.map(({ name }) => name);
  return (rates === undefined || names.includes(rates) ? names : [rates, ...names]).map((name) => ({ value: name, label: name }));
}

/** Euros when there are any; else the currency of the first total. */
function reportingOf({ totals }: Position): string {
  return totals.some(({ currency }) => currency === "EUR") ? "EUR" : (totals[0]?.currency ?? "EUR");
}

const rules = { named: "as chosen", same_day: "of the day", day_before: "the newest before the day" } as const;

function Total({ of: converted }: { readonly of: ConvertedPosition }) {
  const { currency, amount, missing, rateSet, rateDay, rule, lines } = converted;
  return (
    <>
      <div>
        <div className="muted" style={{ fontSize: 12 }}>
          ≈ total, indicative
        </div>
        <div className="converted-total">
          {amount === null ? (
            <span title={`No rate for ${missing.join(", ")}`}>no total</span>
          ) : (
            <em>
              <Figure amount={amount} currency={currency} withCurrency />
            </em>
          )}
        </div>
        <div className="muted" style={{ fontSize: 12 }}>
          at {rateSet}, rates of {rateDay}, {rules[rule]}
          {missing.length === 0 ? "" : ` · no rate for ${missing.join(", ")}`}
        </div>
      </div>
      <dl className="converted-lines">
        {lines.map((line) => (
          <div key={line.currency} className="converted-part" title={pathWords(line)}>
            <dt>
              {line.currency}
              {line.rate === null || line.currency === currency ? "" : ` × ${line.rate}`}
            </dt>
            <dd>{line.converted === null ? "no rate" : <Figure amount={line.converted} currency={currency} />}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function pathWords({ path, over }: ConvertedPosition["lines"][number]): string {
  if (path === null) return "The set has no rate for this currency";
  const words = {
    same: "Not converted",
    direct: "The rate as it stands in the set",
    inverse: "The inverse of the set's rate",
    cross: `Two rates, over ${over}`,
  };
  return `${words[path]}; rounded once`;
}
