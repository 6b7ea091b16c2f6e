import type { SimulatedAccount, SimulatedBank, SimulatedCompany, SimulatedEntity, StatementDialect } from "../company.ts";
import { businessPartner } from "../counterparties.ts";
import type { Programme } from "../desk.ts";
import { payment } from "../flows/payment.ts";
import { iban } from "../identifiers.ts";
import type { Random } from "../random.ts";
import type { FaultName } from "./fault-names.ts";

/** Formats that a bank's own statements come in. Tables (CSV) come as re-exports only: they cannot tell a day without entries. */
export type BaseFormat = "camt.053" | "mt940" | "mt940-swift" | "bai2";
export type TellingFormat = BaseFormat | "csv";

export const tellingFormats: readonly TellingFormat[] = ["camt.053", "mt940", "mt940-swift", "bai2", "csv"];

/** A company of any number of accounts, at a bank for each format in turn. */
export function unreliableCompany(accounts: number, formats: readonly BaseFormat[], faults: ReadonlySet<FaultName>): SimulatedCompany {
  const list = Array.from({ length: accounts }, (_, index) => accountOf(index, formats[index % formats.length] as BaseFormat));
  return {
    ...{ key: "unreliable", name: owner.name, entities: [owner], banks: formats.map(bankOf), accounts: list },
    programmes: list.map(({ key }) => payments(key, faults)),
  };
}

export function dialectOf(format: BaseFormat): StatementDialect {
  return dialects[format];
}

const dialects: Readonly<Record<BaseFormat, StatementDialect>> = {
  "camt.053": { format: "camt", version: "001.08", pretty: true, opening: "OPBD" },
  mt940: { format: "mt940", dialect: "german" },
  "mt940-swift": { format: "mt940", dialect: "swift" },
  bai2: { format: "bai2" },
};

const names: Readonly<Record<BaseFormat, readonly [string, string, string]>> = {
  "camt.053": ["Bergmann Bank AG", "BGMNDEFFXXX", "50099911"],
  mt940: ["Sparkasse Mittelelbe", "SKMEDEFFXXX", "50099922"],
  "mt940-swift": ["Nordhaven Trust", "NHTRDEFFXXX", "50099933"],
  bai2: ["Elbtal Merchant Bank", "ELMBDEFFXXX", "50099944"],
};

const owner: SimulatedEntity = {
  ...{ key: "wendel", name: "Wendel Großhandel GmbH", country: "DE", street: "Am Speicher 4", postCode: "20457", town: "Hamburg" },
};

function bankOf(format: BaseFormat): SimulatedBank {
  const [name, bic] = names[format];
  const place = { country: "DE", timeZone: "Europe/Berlin", expectedBy: "07:00" } as const;
  return { key: format, name, bic, ...place, dialect: dialectOf(format) };
}

function accountOf(index: number, format: BaseFormat): SimulatedAccount {
  const bban = `${names[format][2]}${String(4_000_000_001 + index * 17)}`;
  return {
    ...{ key: `account-${index + 1}`, entity: owner.key, bank: format, kind: "operating", nickname: `Account ${index + 1}` },
    ...{ currency: "EUR", iban: iban("DE", bban), number: bban, openingMinor: BigInt(150_000_00 + index * 7_919) },
    ...{ overdraftLimitMinor: 0n, intraday: false },
  };
}

/** Two payments a day on average; now and then none, a twin, or what takes the day back to where it began. */
function payments(account: string, faults: ReadonlySet<FaultName>): Programme {
  return (desk) => {
    if (!desk.isOpen(account)) return;
    const random = desk.random(`payments/${account}`);
    let drift = 0n;
    const book = (amountMinor: bigint, text: string) => {
      drift += amountMinor;
      desk.book(desk.day, draftOf(random, account, amountMinor, text));
    };
    for (let left = random.count(2.2); left > 0; left -= 1) {
      const amount = random.amount(180_000, 1.2) * (random.chance(0.5) ? 1n : -1n);
      const text = `Rechnung ${random.digits(7)} für Ware`;
      book(amount, text);
      if (faults.has("twins") && random.chance(0.15)) book(amount, text);
    }
    if (faults.has("evened") && drift !== 0n && random.chance(0.08)) book(-drift, "Umbuchung Tagesausgleich");
  };
}

/** Without an end-to-end id, so that a twin is one in all but the bank's reference. */
function draftOf(random: Random, account: string, amountMinor: bigint, text: string) {
  const party = businessPartner(
    "DE",
    amountMinor > 0n ? "customer" : "supplier",
    1 + Number(amountMinor < 0n ? -amountMinor % 40n : amountMinor % 40n),
  );
  const paid = payment(random, party, amountMinor, text, { transactionId: "NOTPROVIDED", uetr: "" });
  const kind = amountMinor > 0n ? ("customer_receipt" as const) : ("supplier_payment" as const);
  return { account, kind, amountMinor, reference: "NOTPROVIDED", payments: [paid] };
}
