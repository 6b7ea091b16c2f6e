import { Button, TextInput } from "@mantine/core";
import { useDeferredValue, useState } from "react";
import { Icon } from "../kit/icon.tsx";
import { Empty, Resolve } from "../kit/notice.tsx";
import { useCounterparties } from "./queries.ts";

/** Everybody who was on the other side of an entry, by name. */
export function CounterpartyList() {
  const [text, setText] = useState("");
  const typed = useDeferredValue(text);
  const found = useCounterparties(typed);
  return (
    <>
      <div className="toolbar">
        <TextInput
          size="xs"
          w={320}
          aria-label="Find counterparties"
          placeholder="Beginning or part of a name"
          leftSection={<Icon name="search" size={13} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <div className="panel sheet-scroll">
        <Resolve of={found}>
          {({ pages }) => {
            const items = pages.flatMap((page) => page.items);
            if (items.length === 0)
              return (
                <Empty icon="person" title={typed === "" ? "Nobody yet" : "Nobody fits"}>
                  {typed === "" ? "Counterparties are noted down as statements come in." : "Search for a shorter part of the name."}
                </Empty>
              );
            return (
              <table className="sheet" aria-label="Counterparties">
                <thead>
                  <tr>
                    <th>Name</th>
                    <th>Kind</th>
                    <th>Account ends</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((one) => (
                    <tr key={one.id}>
                      <td>{one.name}</td>
                      <td className="muted">{one.kind}</td>
                      <td className="mono muted">{one.last4 ?? ""}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            );
          }}
        </Resolve>
        {found.hasNextPage ? (
          <p className="quiet">
            <Button size="compact-sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              Show more
            </Button>
          </p>
        ) : null}
      </div>
    </>
  );
}
