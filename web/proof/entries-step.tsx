import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Entry, EntryPage, Statement } from "../../src/statements/contract.ts";
import { get } from "../kit/api.ts";
import { absolute } from "../kit/decimal.ts";
import { Figure } from "../kit/figure.tsx";
import { Icon } from "../kit/icon.tsx";
import { ErrorNotice } from "../kit/notice.tsx";
import type { Place } from "./file.ts";

interface EntriesProps {
  readonly statement: Statement;
  readonly first: EntryPage;
  readonly onPlace: (place: Place) => void;
}

export function EntriesStep({ statement, first, onPlace }: EntriesProps) {
  const pages = useInfiniteQuery({
    queryKey: ["statement-entries", statement.id],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => get<EntryPage>(`/statements/${statement.id}/entries`, { after: pageParam, limit: 200 }, signal),
    getNextPageParam: (page) => page.next ?? undefined,
    enabled: first.next !== null,
  });
  const entries = first.next === null ? first.items : (pages.data?.pages.flatMap((page) => page.items) ?? first.items);
  return (
    <section className="proof-step" aria-labelledby="proof-entries">
      <h3 id="proof-entries">
        <Icon name="sheet" /> Its entries ({statement.entries})
      </h3>
      <div className="proof-entries sheet-scroll">
        <table className="sheet">
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.id}>
                <td className="nowrap">{entry.bookingDate}</td>
                <td>
                  {entry.counterparty ?? entry.text ?? entry.transactionCode}
                  {entry.counterparty === null ? null : <div className="muted clip">{entry.text}</div>}
                </td>
                <td className="nowrap">
                  {entry.line === null ? null : (
                    <button type="button" className="plain link" onClick={() => onPlace(placeOf(entry))}>
                      line {entry.line}
                    </button>
                  )}
                </td>
                <td className="right">
                  <Figure amount={entry.amount} currency={entry.currency} withCurrency />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {pages.error === null ? null : <ErrorNotice error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.hasNextPage ? (
        <Button size="compact-sm" variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          Show more
        </Button>
      ) : null}
    </section>
  );
}

/** References first: an amount may stand in the file more than once. */
function placeOf({ line, bankReference, endToEndId, reference, amount }: Entry): Place {
  const known = [bankReference, endToEndId, reference, absolute(amount)];
  return { line: line ?? 1, needles: known.filter((needle) => needle !== null) };
}
