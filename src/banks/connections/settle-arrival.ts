import type { TenantTransaction } from "../../postgres/transaction.ts";
import { raiseAlert, resolveAlert, subjectOfConnection } from "./alerts.ts";
import { arrivalOf } from "./arrival.ts";
import { calendarOf, connectionInUse } from "./connection.ts";

/** Raises an alert when a delivery is late, and resolves it when it is no longer. @returns whether it is late */
export async function settleArrival(tx: TenantTransaction, connectionId: string, now = new Date()): Promise<boolean> {
  const connection = await connectionInUse(tx, connectionId);
  const subject = subjectOfConnection(connectionId);
  if (connection.expectedBy === null) {
    await resolveAlert(tx, "late", subject);
    return false;
  }
  const { expectedBy, timeZone, slaMinutes } = connection;
  const calendar = await calendarOf(tx, connection.calendarId);
  const arrival = arrivalOf({ expectedBy, timeZone, slaMinutes, calendar }, connection.coveredThrough, connection.createdAt, now);
  if (!arrival.late) {
    await resolveAlert(tx, "late", subject);
    return false;
  }
  await raiseAlert(tx, {
    rule: "late",
    subject,
    message: `${connection.bankName} (${connection.name}) has not delivered ${arrival.due}: expected by ${expectedBy} ${timeZone}, late since ${arrival.lateAt.toISOString()}`,
    detail: {
      connection: connectionId,
      missingSince: arrival.due,
      coveredThrough: connection.coveredThrough,
      lateAt: arrival.lateAt.toISOString(),
    },
  });
  return true;
}
