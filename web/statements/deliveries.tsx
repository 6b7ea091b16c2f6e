import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import type { Delivery } from "../../src/statements/contract.ts";
import { address } from "../kit/api.ts";
import { localMoment } from "../kit/days.ts";
import { Icon } from "../kit/icon.tsx";
import { formatBytes } from "../kit/money.ts";
import { Empty, Resolve } from "../kit/notice.tsx";
import { useDeliveries } from "./queries.ts";
import { canBeSaid } from "./reading/words.ts";
import { ProblemLine } from "./upload-row.tsx";

/** Every file that came, also the refused ones, with the reason and the bytes. */
export function Deliveries() {
  const deliveries = useDeliveries();
  return (
    <div className="panel sheet-scroll">
      <Resolve of={deliveries}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items);
          if (rows.length === 0)
            return (
              <Empty icon="inbox" title="No file yet">
                Drop the bank's files above.
              </Empty>
            );
          return (
            <table className="sheet">
              <thead>
                <tr>
                  <th>Received</th>
                  <th>File</th>
                  <th>Format</th>
                  <th>Outcome</th>
                  <th className="right">Statements</th>
                  <th className="right">Entries</th>
                  <th className="right">Size</th>
                  <th>SHA-256</th>
                  <th>
                    <span className="visually-hidden">Download</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((delivery) => (
                  <DeliveryRow key={delivery.id} delivery={delivery} />
                ))}
              </tbody>
            </table>
          );
        }}
      </Resolve>
      {deliveries.hasNextPage ? (
        <p className="quiet">
          <Button
            size="compact-sm"
            variant="default"
            loading={deliveries.isFetchingNextPage}
            onClick={() => void deliveries.fetchNextPage()}
          >
            Show more
          </Button>
        </p>
      ) : null}
    </div>
  );
}

function DeliveryRow({ delivery }: { readonly delivery: Delivery }) {
  return (
    <Fragment>
      <tr>
        <td className="nowrap">{localMoment(delivery.receivedAt, true)}</td>
        <td>{delivery.file}</td>
        <td className="muted">{delivery.variant ?? delivery.format}</td>
        <td className={`upload-outcome outcome-${delivery.status}`}>
          {delivery.status}
          {delivery.status === "refused" && canBeSaid(delivery) ? (
            <>
              {" · "}
              <Link to="/statements/read/$deliveryId" params={{ deliveryId: delivery.id }} className="link">
                Read
              </Link>
            </>
          ) : null}
        </td>
        <td className="right">{delivery.statements}</td>
        <td className="right">{delivery.entries}</td>
        <td className="right nowrap">{formatBytes(delivery.bytes)}</td>
        <td className="mono muted" title={delivery.sha256}>
          {delivery.sha256.slice(0, 12)}…
        </td>
        <td>
          <a
            className="link"
            href={address(`/deliveries/${delivery.id}/file`)}
            download={delivery.file}
            aria-label={`Download ${delivery.file}`}
          >
            <Icon name="download" size={14} />
          </a>
        </td>
      </tr>
      {delivery.problems.length === 0 ? null : (
        <tr>
          <td />
          <td colSpan={8}>
            {delivery.problems.map((problem) => (
              <ProblemLine key={`${problem.code}-${problem.line}-${problem.message}`} problem={problem} />
            ))}
          </td>
        </tr>
      )}
    </Fragment>
  );
}
