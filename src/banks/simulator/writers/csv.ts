import { exponentOf, minorText } from "../../../money/money.ts";
import type { AccountStatement } from "../account-statement.ts";
import { accountIdentification } from "../company.ts";

/** A table as online banking exports it: what account, then a line an entry, oldest first, with the balance behind each. */
export function writeCsv({ account, openingMinor, entries, balances }: AccountStatement): string {
  const withBalance = balances !== false;
  let running = openingMinor;
  const lines = entries.map((entry) => {
    running += entry.amountMinor;
    const [payment] = entry.payments;
    const cells = [day(entry.bookingDay), day(entry.valueDay), payment?.party?.name ?? "", payment?.remittance ?? ""];
    const amounts = withBalance ? [entry.amountMinor, running] : [entry.amountMinor];
    return [...cells, ...amounts.map((minor) => decimal(minor, exponentOf(account.currency))), account.currency];
  });
  const head = ["Buchungstag", "Wertstellung", "Empfänger", "Verwendungszweck", "Betrag", ...(withBalance ? ["Saldo"] : []), "Währung"];
  return [["IBAN", accountIdentification(account)], ["Währung", account.currency], [], head, ...lines, []]
    .map((cells) => cells.map(quoted).join(";"))
    .join("\r\n");
}

function day(text: string): string {
  return `${text.slice(8)}.${text.slice(5, 7)}.${text.slice(0, 4)}`;
}

function decimal(minor: bigint, exponent: number): string {
  return minorText(minor, exponent).replace(".", ",");
}

function quoted(cell: string): string {
  return /[";\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
