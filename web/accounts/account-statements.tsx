import { Button } from "@mantine/core";
import { Empty, Resolve } from "../kit/notice.tsx";
import { StatementTable } from "../statements/statement-table.tsx";
import { useAccountStatements } from "./queries.ts";

export function AccountStatements({ accountId }: { readonly accountId: string }) {
  const statements = useAccountStatements(accountId);
  return (
    <div className="panel sheet-scroll entries">
      <Resolve of={statements}>
        {({ pages }) =>
          pages.every((page) => page.items.length === 0) ? (
            <Empty icon="inbox" title="No statement yet">
              Drop the bank's files anywhere on the page.
            </Empty>
          ) : (
            <StatementTable statements={pages.flatMap((page) => page.items)} withAccount={false} />
          )
        }
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
