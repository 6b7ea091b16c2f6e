import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { StatementStatus } from "../../src/statements/contract.ts";
import { Empty, Resolve } from "../kit/notice.tsx";
import { useStatements } from "./queries.ts";
import { StatementTable } from "./statement-table.tsx";
import { statusWords } from "./status-words.ts";

const filters: { readonly value: StatementStatus | "all"; readonly label: string }[] = [
  { value: "all", label: "All" },
  { value: "break", label: "Break" },
  { value: "conflict", label: "Conflict" },
  { value: "unproven", label: "Unproven" },
  { value: "provisional", label: "Provisional" },
  { value: "duplicate", label: "Duplicate" },
];

/** Statements by how well they stand; breaks and conflicts are what a person must look at. */
export function StatementList() {
  const [filter, setFilter] = useState<StatementStatus | "all">("all");
  const status = filter === "all" ? undefined : filter;
  const statements = useStatements(status);
  return (
    <div className="panel sheet-scroll">
      <div className="panel-head">
        <SegmentedControl size="xs" aria-label="Which statements" value={filter} onChange={setFilter} data={filters} />
      </div>
      <Resolve of={statements}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length > 0) return <StatementTable statements={rows} withAccount />;
          return status === undefined ? (
            <Empty icon="inbox" title="No statement yet">
              Drop the bank's files above.
            </Empty>
          ) : (
            <Empty icon="check" title={`No statement is marked ${status}`}>
              {statusWords[status]}
            </Empty>
          );
        }}
      </Resolve>
      {statements.hasNextPage ? (
        <p className="quiet">
          <Button
            size="compact-sm"
            variant="default"
            loading={statements.isFetchingNextPage}
            onClick={() => void statements.fetchNextPage()}
          >
            Show more
          </Button>
        </p>
      ) : null}
    </div>
  );
}
