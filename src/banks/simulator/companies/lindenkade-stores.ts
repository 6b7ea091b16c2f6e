import type { SimulatedAccount, SimulatedCompany } from "../company.ts";
import { namedPartner } from "../counterparties.ts";
import { cardSales } from "../flows/card-sales.ts";
import { customerReceipts } from "../flows/customer-receipts.ts";
import { accountFee, interest } from "../flows/interest-and-fees.ts";
import { directDebit, type Payroll, payroll, rent, tax } from "../flows/regular-payments.ts";
import { chequesPaid, mistakenCharges, smallPurchases } from "../flows/small-purchases.ts";
import { supplierRuns } from "../flows/supplier-payments.ts";
import { distribution, fundWages, setAside, sweep, topUp } from "../flows/treasury.ts";
import { iban } from "../identifiers.ts";

const wagesNl: Payroll = { account: "nl-payroll", employees: 88, averageMinor: 2_380_00n, dates: [24] };
const wagesUs: Payroll = { account: "us-payroll", employees: 34, averageMinor: 1_720_00n, dates: [15, 31] };
const wagesJp: Payroll = { account: "jp-operating", employees: 19, averageMinor: 286_000n, dates: [25], stepMinor: 1000n };
const wagesKw: Payroll = { account: "kw-operating", employees: 22, averageMinor: 410_000n, dates: [25], stepMinor: 1000n };

/** A smaller group of shops for home and garden: Utrecht, with shops in Newark, Yokohama and Kuwait. */
export const lindenkadeStores: SimulatedCompany = {
  key: "lindenkade",
  name: "Lindenkade Stores",
  entities: [
    { key: "nl", name: "Lindenkade Winkels B.V.", country: "NL", street: "Stationsplein 18", postCode: "3511 AA", town: "Utrecht" },
    { key: "us", name: "Lindenkade Stores Inc.", country: "US", street: "Harbor Blvd 220", postCode: "07102", town: "Newark NJ" },
    { key: "jp", name: "Lindenkade Japan K.K.", country: "JP", street: "Minato-ku Shiba 3-1", postCode: "220-0011", town: "Yokohama" },
    { key: "kw", name: "Lindenkade Home W.L.L.", country: "KW", street: "Block 7, Street 14", postCode: "13001", town: "Kuwait City" },
  ],
  banks: [
    {
      ...{ key: "lwld", name: "Leeuwland Bank N.V.", bic: "LWLDNL2AXXX", country: "NL", timeZone: "Europe/Amsterdam", expectedBy: "07:00" },
      dialect: { format: "camt", version: "001.02", pretty: true, opening: "PRCD" },
    },
    {
      ...{
        key: "hrbf",
        name: "Harborfield National Bank",
        bic: "HRBFUS33XXX",
        country: "US",
        timeZone: "America/New_York",
        expectedBy: "07:30",
      },
      dialect: { format: "bai2" },
    },
    {
      ...{ key: "mizh", name: "Mizuhara Bank", bic: "MIZHJPJTXXX", country: "JP", timeZone: "Asia/Tokyo", expectedBy: "06:30" },
      dialect: { format: "mt940", dialect: "swift" },
    },
    {
      ...{ key: "dest", name: "Desert Star Bank K.S.C.", bic: "DESTKWKWXXX", country: "KW", timeZone: "Asia/Kuwait", expectedBy: "08:00" },
      dialect: { format: "camt", version: "001.08", pretty: true, opening: "OPBD" },
    },
  ],
  accounts: [
    account("nl", "lwld", "nl-operating", "operating", "Head office", "EUR", "0410077312", 480_000_00n, 200_000_00n),
    account("nl", "lwld", "nl-collection", "collection", "Shops Netherlands", "EUR", "0410077320", 65_000_00n),
    account("nl", "lwld", "nl-payroll", "payroll", "Wages Netherlands", "EUR", "0410077339", 8_000_00n),
    account("nl", "lwld", "nl-tax", "tax", "Taxes", "EUR", "0410077347", 90_000_00n),
    account("nl", "lwld", "nl-savings", "savings", "Savings", "EUR", "0410077355", 900_000_00n),
    account("us", "hrbf", "us-operating", "operating", "Operations Newark", "USD", "4400981207", 310_000_00n),
    account("us", "hrbf", "us-collection", "collection", "Shops and lockbox", "USD", "4400981215", 42_000_00n),
    account("us", "hrbf", "us-payroll", "payroll", "Wages US", "USD", "4400981223", 6_000_00n),
    account("jp", "mizh", "jp-operating", "operating", "Operations Yokohama", "JPY", "2280417", 31_000_000n),
    account("jp", "mizh", "jp-collection", "collection", "Shops Japan", "JPY", "2280425", 5_200_000n),
    account("kw", "dest", "kw-operating", "operating", "Operations Kuwait", "KWD", "0000000000000220991703", 64_000_000n),
    account("kw", "dest", "kw-collection", "collection", "Shops Kuwait", "KWD", "0000000000000220991711", 11_000_000n),
  ],
  programmes: [
    // Netherlands
    cardSales({ account: "nl-collection", acquirer: "Polder Payments B.V.", medianMinor: 5_400_00, shops: 7, feePermille: 6n }),
    sweep({ from: "nl-collection", to: "nl-operating", keepMinor: 30_000_00n, weekdays: [1, 2, 3, 4, 5] }),
    customerReceipts({ account: "nl-operating", perDay: 1.6, medianMinor: 2_900_00, sigma: 0.8, customers: 19 }),
    supplierRuns({ account: "nl-operating", weekdays: [3], invoices: 16, medianMinor: 4_900_00, sigma: 0.8, suppliers: 44 }),
    rent({
      account: "nl-operating",
      to: "Domtoren Vastgoed B.V.",
      text: "Huur winkels",
      amountMinor: 74_200_00n,
      spread: 0,
      date: 1,
      purpose: "RENT",
    }),
    directDebit({
      account: "nl-operating",
      to: "Zuiderlicht Energie N.V.",
      text: "Energie",
      amountMinor: 21_300_00n,
      spread: 0.2,
      date: 9,
      purpose: "ENRG",
    }),
    directDebit({
      account: "nl-operating",
      to: "Gouden Schild Verzekeringen",
      text: "Premie",
      amountMinor: 6_450_00n,
      spread: 0,
      date: 16,
      purpose: "INSU",
    }),
    smallPurchases({ account: "nl-operating", merchant: "Fietskoerier Utrecht", priceMinor: 12_50n, perDay: 1.2 }),
    mistakenCharges({ account: "nl-operating", feeMinor: 7_50n, probability: 0.015 }),
    accountFee({ account: "nl-operating", baseMinor: 22_00n, perItemMinor: 8n }),
    interest({ account: "nl-operating", creditBp: 0n, debitBp: 950n, every: "quarter" }),
    payroll(wagesNl),
    fundWages(wagesNl, "nl-operating"),
    setAside({ from: "nl-operating", to: "nl-tax", amountMinor: 152_000_00n, date: 21 }),
    tax({
      account: "nl-tax",
      to: "Belastingkantoor Utrecht",
      text: "Loonheffing",
      amountMinor: 58_000_00n,
      spread: 0.03,
      date: 28,
      purpose: "TAXS",
    }),
    tax({
      account: "nl-tax",
      to: "Belastingkantoor Utrecht",
      text: "Omzetbelasting",
      amountMinor: 88_000_00n,
      spread: 0.15,
      date: 28,
      purpose: "VATX",
    }),
    topUp({ account: "nl-tax", from: "nl-operating", belowMinor: 20_000_00n, upToMinor: 80_000_00n, keepMinor: 0n }),
    topUp({ account: "nl-operating", from: "nl-savings", belowMinor: 15_000_00n, upToMinor: 120_000_00n, keepMinor: 100_000_00n }),
    sweep({ from: "nl-operating", to: "nl-savings", keepMinor: 260_000_00n, weekdays: [4] }),
    interest({ account: "nl-savings", creditBp: 150n, debitBp: 0n, every: "month" }),
    distribution({
      account: "nl-savings",
      keepMinor: 850_000_00n,
      months: [2, 5, 8, 11],
      date: 12,
      text: "Dividend",
      to: namedPartner("NL", "Stichting Lindenkade"),
    }),
    // United States
    cardSales({ account: "us-collection", acquirer: "Garden State Merchant Services", medianMinor: 6_800_00, shops: 3, feePermille: 22n }),
    customerReceipts({ account: "us-collection", perDay: 1.4, medianMinor: 2_100_00, sigma: 0.8, customers: 22, valueAfter: 2 }),
    sweep({ from: "us-collection", to: "us-operating", keepMinor: 15_000_00n, weekdays: [1, 2, 3, 4, 5] }),
    supplierRuns({ account: "us-operating", weekdays: [4], invoices: 11, medianMinor: 5_200_00, sigma: 0.8, suppliers: 28 }),
    chequesPaid({ account: "us-operating", perDay: 1.3, medianMinor: 480_00 }),
    rent({ account: "us-operating", to: "Passaic Realty Trust", text: "Store rent", amountMinor: 46_000_00n, spread: 0, date: 1 }),
    tax({ account: "us-operating", to: "Division of Taxation", text: "Sales tax", amountMinor: 31_000_00n, spread: 0.15, date: 20 }),
    tax({ account: "us-payroll", to: "Federal Tax Deposit", text: "Payroll tax", amountMinor: 17_500_00n, spread: 0.02, date: 16 }),
    payroll(wagesUs),
    fundWages(wagesUs, "us-operating"),
    topUp({ account: "us-payroll", from: "us-operating", belowMinor: 34_000_00n, upToMinor: 48_000_00n, keepMinor: 0n }),
    accountFee({ account: "us-operating", baseMinor: 55_00n, perItemMinor: 22n }),
    topUp({ account: "us-operating", from: "nl-savings", belowMinor: 30_000_00n, upToMinor: 150_000_00n, keepMinor: 100_000_00n }),
    sweep({ from: "us-operating", to: "nl-savings", keepMinor: 380_000_00n, weekdays: [2] }),
    // Japan
    cardSales({ account: "jp-collection", acquirer: "Hama Card Service K.K.", medianMinor: 690_000, shops: 2, feePermille: 28n }),
    sweep({ from: "jp-collection", to: "jp-operating", keepMinor: 2_000_000n, weekdays: [1, 4] }),
    supplierRuns({
      account: "jp-operating",
      dates: [10, 31],
      invoices: 12,
      medianMinor: 430_000,
      sigma: 0.7,
      suppliers: 16,
      stepMinor: 10n,
    }),
    rent({ account: "jp-operating", to: "Minatomirai Tochi K.K.", text: "Shop rent", amountMinor: 3_900_000n, spread: 0, date: 27 }),
    tax({
      account: "jp-operating",
      to: "Yokohama Tax Office",
      text: "Withholding tax",
      amountMinor: 610_000n,
      spread: 0.05,
      date: 10,
      stepMinor: 100n,
    }),
    payroll(wagesJp),
    accountFee({ account: "jp-operating", baseMinor: 3_300n, perItemMinor: 55n }),
    topUp({ account: "jp-operating", from: "nl-savings", belowMinor: 4_000_000n, upToMinor: 15_000_000n, keepMinor: 100_000_00n }),
    sweep({ from: "jp-operating", to: "nl-savings", keepMinor: 38_000_000n, weekdays: [3] }),
    // Kuwait
    cardSales({ account: "kw-collection", acquirer: "Gulf Pay Switch Co.", medianMinor: 1_150_000, shops: 3, feePermille: 10n }),
    sweep({ from: "kw-collection", to: "kw-operating", keepMinor: 6_000_000n, weekdays: [7, 3] }),
    supplierRuns({
      account: "kw-operating",
      weekdays: [2],
      invoices: 7,
      medianMinor: 1_250_000,
      sigma: 0.8,
      suppliers: 15,
      stepMinor: 50n,
    }),
    rent({ account: "kw-operating", to: "Al-Rimal Malls Co.", text: "Mall rent", amountMinor: 7_800_000n, spread: 0, date: 1 }),
    payroll(wagesKw),
    smallPurchases({ account: "kw-operating", merchant: "Souq Supplies", priceMinor: 3_250n, perDay: 0.9 }),
    accountFee({ account: "kw-operating", baseMinor: 7_500n, perItemMinor: 75n }),
    topUp({ account: "kw-operating", from: "nl-savings", belowMinor: 9_000_000n, upToMinor: 30_000_000n, keepMinor: 100_000_00n }),
    sweep({ from: "kw-operating", to: "nl-savings", keepMinor: 90_000_000n, weekdays: [4] }),
  ],
};

function account(
  entity: "nl" | "us" | "jp" | "kw",
  bank: string,
  key: string,
  kind: SimulatedAccount["kind"],
  nickname: string,
  currency: string,
  number: string,
  openingMinor: bigint,
  overdraftLimitMinor = 0n,
): SimulatedAccount {
  const withIban = { nl: () => iban("NL", `LWLD${number}`), kw: () => iban("KW", `DEST${number}`), us: () => null, jp: () => null };
  return {
    key,
    entity,
    bank,
    kind,
    nickname,
    currency,
    iban: withIban[entity](),
    number,
    openingMinor,
    overdraftLimitMinor,
    intraday: false,
  };
}
