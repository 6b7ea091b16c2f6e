import type { SimulatedAccount, SimulatedCompany } from "../company.ts";
import { namedPartner } from "../counterparties.ts";
import { cardSales } from "../flows/card-sales.ts";
import { customerReceipts } from "../flows/customer-receipts.ts";
import { directDebitCollection } from "../flows/direct-debit-collections.ts";
import { accountFee, interest } from "../flows/interest-and-fees.ts";
import { directDebit, type Payroll, payroll, rent, tax } from "../flows/regular-payments.ts";
import { chequesPaid, mistakenCharges, smallPurchases } from "../flows/small-purchases.ts";
import { supplierRuns } from "../flows/supplier-payments.ts";
import { distribution, fundWages, setAside, sweep, topUp } from "../flows/treasury.ts";
import { iban } from "../identifiers.ts";

const wagesDe: Payroll = { account: "de-payroll", employees: 214, averageMinor: 4_120_00n, dates: [27] };
const wagesUk: Payroll = { account: "uk-payroll", employees: 61, averageMinor: 3_240_00n, dates: [28] };
const wagesJp: Payroll = { account: "jp-operating", employees: 48, averageMinor: 412_000n, dates: [25], stepMinor: 1000n };
const wagesKw: Payroll = { account: "kw-operating", employees: 39, averageMinor: 780_000n, dates: [24], stepMinor: 1000n };

/** A machine builder: the German holding with its plant, and companies in Britain, Japan and Kuwait. */
export const albrechtGroup: SimulatedCompany = {
  key: "albrecht",
  name: "Albrecht Group",
  entities: [
    { key: "de", name: "Albrecht Maschinenbau Holding GmbH", country: "DE", street: "Werkring 12", postCode: "34117", town: "Kassel" },
    { key: "uk", name: "Albrecht Machinery (UK) Ltd", country: "GB", street: "Foundry Way 4", postCode: "DE1 2GU", town: "Derby" },
    { key: "jp", name: "Albrecht Japan K.K.", country: "JP", street: "Nishi-ku Sakae 2-8", postCode: "460-0008", town: "Nagoya" },
    {
      key: "kw",
      name: "Albrecht Gulf Services W.L.L.",
      country: "KW",
      street: "Industrial Area, Plot 31",
      postCode: "70451",
      town: "Shuwaikh",
    },
  ],
  banks: [
    {
      ...{
        key: "rhnb",
        name: "Rheinische Handels- und Nordbank",
        bic: "RHNBDEFFXXX",
        country: "DE",
        timeZone: "Europe/Berlin",
        expectedBy: "07:00",
      },
      dialect: { format: "camt", version: "001.08", pretty: false, opening: "OPBD" },
    },
    {
      ...{ key: "stka", name: "Stadtkasse Kalkberg", bic: "STKADE33XXX", country: "DE", timeZone: "Europe/Berlin", expectedBy: "08:30" },
      dialect: { format: "mt940", dialect: "german" },
    },
    {
      ...{
        key: "cncl",
        name: "Canterbury and Clyde Bank plc",
        bic: "CNCLGB2LXXX",
        country: "GB",
        timeZone: "Europe/London",
        expectedBy: "07:30",
      },
      dialect: { format: "bai2" },
    },
    {
      ...{ key: "tkts", name: "Tokai Totsuka Bank", bic: "TKTSJPJTXXX", country: "JP", timeZone: "Asia/Tokyo", expectedBy: "06:00" },
      dialect: { format: "mt940", dialect: "swift" },
    },
    {
      ...{
        key: "glfc",
        name: "Gulf Crescent Bank K.S.C.",
        bic: "GLFCKWKWXXX",
        country: "KW",
        timeZone: "Asia/Kuwait",
        expectedBy: "08:00",
      },
      dialect: { format: "camt", version: "001.04", pretty: true, opening: "OPBD" },
    },
  ],
  accounts: [
    german("de-operating", "rhnb", "operating", "Operations Kassel", "50099901", "0204417700", 1_850_000_00n, 1_500_000_00n, true),
    german("de-payroll", "rhnb", "payroll", "Wages Germany", "50099901", "0204417727", 35_000_00n, 0n),
    german("de-tax", "rhnb", "tax", "Taxes and contributions", "50099901", "0204417735", 260_000_00n, 0n),
    german("de-savings", "rhnb", "savings", "Call money", "50099901", "0204417790", 6_400_000_00n, 0n),
    german("de-collection", "stka", "collection", "Service contracts", "47099902", "0081512340", 140_000_00n, 50_000_00n),
    { ...british("uk-operating", "operating", "Operations Derby", "20998841203377", 620_000_00n), overdraftLimitMinor: 250_000_00n },
    british("uk-payroll", "payroll", "Wages UK", "20998841203385", 12_000_00n),
    british("uk-savings", "savings", "Reserve UK", "20998841203393", 450_000_00n),
    japanese("jp-operating", "operating", "Operations Nagoya", "4471208", 96_000_000n),
    japanese("jp-tax", "tax", "Tax reserve Japan", "4471216", 11_500_000n),
    kuwaiti("kw-operating", "operating", "Operations Shuwaikh", "0000000000000117004401", 148_500_000n),
    kuwaiti("kw-savings", "savings", "Deposit Kuwait", "0000000000000117004419", 210_000_000n),
  ],
  programmes: [
    // Germany
    customerReceipts({ account: "de-operating", perDay: 8.3, medianMinor: 14_200_00, sigma: 1, customers: 64, valueAfter: 1 }),
    supplierRuns({ account: "de-operating", weekdays: [2, 4], invoices: 17, medianMinor: 6_900_00, sigma: 0.95, suppliers: 70 }),
    rent({
      account: "de-operating",
      to: "Nottebohm Grundbesitz KG",
      text: "Miete Halle 3",
      amountMinor: 86_500_00n,
      spread: 0,
      date: 1,
      purpose: "RENT",
    }),
    directDebit({
      account: "de-operating",
      to: "Nordhessen Energie AG",
      text: "Strom und Gas",
      amountMinor: 118_000_00n,
      spread: 0.18,
      date: 12,
      purpose: "ENRG",
    }),
    directDebit({
      account: "de-operating",
      to: "Weser Telekommunikation GmbH",
      text: "Anschluesse",
      amountMinor: 4_870_00n,
      spread: 0.05,
      date: 6,
      purpose: "PHON",
    }),
    directDebit({
      account: "de-operating",
      to: "Hanseatische Leasing AG",
      text: "Leasing Fuhrpark",
      amountMinor: 31_240_00n,
      spread: 0,
      date: 15,
      purpose: "RENT",
    }),
    smallPurchases({ account: "de-operating", merchant: "Kurierdienst Fulda", priceMinor: 49_90n, perDay: 1.1 }),
    mistakenCharges({ account: "de-operating", feeMinor: 25_00n, probability: 0.02 }),
    interest({ account: "de-operating", creditBp: 25n, debitBp: 890n, every: "quarter" }),
    accountFee({ account: "de-operating", baseMinor: 45_00n, perItemMinor: 9n }),
    payroll(wagesDe),
    fundWages(wagesDe, "de-operating"),
    setAside({ from: "de-operating", to: "de-tax", amountMinor: 640_000_00n, date: 8 }),
    tax({
      account: "de-tax",
      to: "Finanzamt Kassel",
      text: "Lohnsteuer",
      amountMinor: 168_000_00n,
      spread: 0.03,
      date: 10,
      purpose: "TAXS",
    }),
    tax({
      account: "de-tax",
      to: "Finanzamt Kassel",
      text: "Umsatzsteuer",
      amountMinor: 236_000_00n,
      spread: 0.15,
      date: 10,
      purpose: "VATX",
    }),
    tax({
      account: "de-tax",
      to: "Finanzamt Kassel",
      text: "Koerperschaftsteuer",
      amountMinor: 142_000_00n,
      spread: 0,
      date: 10,
      months: [3, 6, 9, 12],
      purpose: "TAXS",
    }),
    tax({
      account: "de-tax",
      to: "Betriebskasse Fulda",
      text: "Sozialversicherung",
      amountMinor: 172_000_00n,
      spread: 0.02,
      date: 26,
      roll: "preceding",
      purpose: "SSBE",
    }),
    topUp({ account: "de-tax", from: "de-operating", belowMinor: 60_000_00n, upToMinor: 260_000_00n, keepMinor: 0n }),
    sweep({ from: "de-tax", to: "de-savings", keepMinor: 900_000_00n, weekdays: [5] }),
    topUp({ account: "de-operating", from: "de-savings", belowMinor: 40_000_00n, upToMinor: 450_000_00n, keepMinor: 250_000_00n }),
    sweep({ from: "de-operating", to: "de-savings", keepMinor: 640_000_00n, weekdays: [1, 3, 5] }),
    interest({ account: "de-savings", creditBp: 185n, debitBp: 890n, every: "month" }),
    distribution({
      account: "de-savings",
      keepMinor: 5_500_000_00n,
      months: [1, 4, 7, 10],
      date: 20,
      text: "Repayment of loan 4711-02",
      to: namedPartner("DE", "Mittelhessische Investitionsbank"),
    }),
    // Service contracts, by direct debit and card
    directDebitCollection({
      account: "de-collection",
      debtors: 130,
      feesMinor: [189_00n, 349_00n, 749_00n, 1_290_00n],
      date: 5,
      text: "Wartungsvertrag",
    }),
    cardSales({ account: "de-collection", acquirer: "Weserpay Acquiring GmbH", medianMinor: 2_350_00, shops: 2, feePermille: 9n }),
    smallPurchases({ account: "de-collection", merchant: "Parkhaus Kalkberg", priceMinor: 18_00n, perDay: 0.7 }),
    accountFee({ account: "de-collection", baseMinor: 12_50n, perItemMinor: 7n }),
    sweep({ from: "de-collection", to: "de-operating", keepMinor: 60_000_00n, weekdays: [2, 5] }),
    // Britain
    customerReceipts({ account: "uk-operating", perDay: 5.5, medianMinor: 6_100_00, sigma: 0.9, customers: 38 }),
    supplierRuns({ account: "uk-operating", weekdays: [5], invoices: 19, medianMinor: 4_300_00, sigma: 0.85, suppliers: 33 }),
    chequesPaid({ account: "uk-operating", perDay: 0.4, medianMinor: 640_00 }),
    rent({ account: "uk-operating", to: "Derwent Estates LLP", text: "Rent Unit 4", amountMinor: 28_400_00n, spread: 0, date: 1 }),
    directDebit({
      account: "uk-operating",
      to: "Peak Power and Light plc",
      text: "Energy",
      amountMinor: 14_900_00n,
      spread: 0.2,
      date: 14,
    }),
    tax({ account: "uk-operating", to: "Collector of Taxes", text: "PAYE and NIC", amountMinor: 92_000_00n, spread: 0.03, date: 22 }),
    tax({
      account: "uk-operating",
      to: "Collector of Taxes",
      text: "VAT",
      amountMinor: 118_000_00n,
      spread: 0.2,
      date: 7,
      months: [2, 5, 8, 11],
    }),
    smallPurchases({ account: "uk-operating", merchant: "Derby Couriers", priceMinor: 14_75n, perDay: 0.8 }),
    accountFee({ account: "uk-operating", baseMinor: 35_00n, perItemMinor: 18n }),
    payroll(wagesUk),
    fundWages(wagesUk, "uk-operating"),
    topUp({ account: "uk-operating", from: "uk-savings", belowMinor: 120_000_00n, upToMinor: 300_000_00n, keepMinor: 60_000_00n }),
    topUp({ account: "uk-savings", from: "de-savings", belowMinor: 120_000_00n, upToMinor: 350_000_00n, keepMinor: 1_000_000_00n }),
    sweep({ from: "uk-operating", to: "uk-savings", keepMinor: 700_000_00n, weekdays: [1, 4] }),
    sweep({ from: "uk-savings", to: "de-savings", keepMinor: 900_000_00n, weekdays: [3] }),
    interest({ account: "uk-savings", creditBp: 310n, debitBp: 0n, every: "month" }),
    // Japan
    customerReceipts({ account: "jp-operating", perDay: 4.2, medianMinor: 960_000, sigma: 0.8, customers: 26, stepMinor: 100n }),
    supplierRuns({
      account: "jp-operating",
      dates: [10, 20, 31],
      invoices: 18,
      medianMinor: 720_000,
      sigma: 0.8,
      suppliers: 24,
      stepMinor: 100n,
    }),
    rent({ account: "jp-operating", to: "Chukyo Fudosan K.K.", text: "Office rent", amountMinor: 3_250_000n, spread: 0, date: 27 }),
    payroll(wagesJp),
    setAside({ from: "jp-operating", to: "jp-tax", amountMinor: 9_000_000n, date: 7 }),
    tax({
      account: "jp-tax",
      to: "Nagoya Tax Office",
      text: "Withholding tax",
      amountMinor: 3_400_000n,
      spread: 0.04,
      date: 10,
      stepMinor: 100n,
    }),
    tax({
      account: "jp-tax",
      to: "Nagoya Pension Office",
      text: "Social insurance",
      amountMinor: 4_900_000n,
      spread: 0.02,
      date: 31,
      stepMinor: 100n,
    }),
    smallPurchases({ account: "jp-operating", merchant: "Sakae Takuhai", priceMinor: 1_980n, perDay: 0.9 }),
    accountFee({ account: "jp-operating", baseMinor: 5_500n, perItemMinor: 110n }),
    topUp({ account: "jp-operating", from: "de-savings", belowMinor: 15_000_000n, upToMinor: 60_000_000n, keepMinor: 1_000_000_00n }),
    sweep({ from: "jp-operating", to: "de-savings", keepMinor: 160_000_000n, weekdays: [2] }),
    // Kuwait
    customerReceipts({ account: "kw-operating", perDay: 2.6, medianMinor: 3_100_000, sigma: 0.8, customers: 17, stepMinor: 50n }),
    supplierRuns({
      account: "kw-operating",
      weekdays: [1],
      invoices: 11,
      medianMinor: 1_900_000,
      sigma: 0.8,
      suppliers: 21,
      stepMinor: 50n,
    }),
    rent({
      account: "kw-operating",
      to: "Al-Shuwaikh Real Estate Co.",
      text: "Workshop rent",
      amountMinor: 6_250_000n,
      spread: 0,
      date: 1,
    }),
    payroll(wagesKw),
    smallPurchases({ account: "kw-operating", merchant: "Gulf Express Delivery", priceMinor: 4_500n, perDay: 0.8 }),
    accountFee({ account: "kw-operating", baseMinor: 10_000n, perItemMinor: 100n }),
    topUp({ account: "kw-operating", from: "kw-savings", belowMinor: 30_000_000n, upToMinor: 90_000_000n, keepMinor: 20_000_000n }),
    topUp({ account: "kw-savings", from: "de-savings", belowMinor: 40_000_000n, upToMinor: 110_000_000n, keepMinor: 1_000_000_00n }),
    sweep({ from: "kw-operating", to: "kw-savings", keepMinor: 220_000_000n, weekdays: [4] }),
    sweep({ from: "kw-savings", to: "de-savings", keepMinor: 400_000_000n, weekdays: [3] }),
    interest({ account: "kw-savings", creditBp: 240n, debitBp: 0n, every: "month" }),
  ],
};

type Kind = SimulatedAccount["kind"];

function german(
  key: string,
  bank: string,
  kind: Kind,
  nickname: string,
  blz: string,
  number: string,
  opening: bigint,
  limit: bigint,
  intraday = false,
): SimulatedAccount {
  return {
    ...{ key, entity: "de", bank, kind, nickname, currency: "EUR", iban: iban("DE", blz + number), number: blz + number },
    ...{ openingMinor: opening, overdraftLimitMinor: limit, intraday },
  };
}

function british(key: string, kind: Kind, nickname: string, number: string, opening: bigint): SimulatedAccount {
  return {
    ...{ key, entity: "uk", bank: "cncl", kind, nickname, currency: "GBP", iban: iban("GB", `CNCL${number}`), number },
    ...{ openingMinor: opening, overdraftLimitMinor: 0n, intraday: false },
  };
}

function japanese(key: string, kind: Kind, nickname: string, number: string, opening: bigint): SimulatedAccount {
  return {
    ...{ key, entity: "jp", bank: "tkts", kind, nickname, currency: "JPY", iban: null, number },
    ...{ openingMinor: opening, overdraftLimitMinor: 0n, intraday: false },
  };
}

function kuwaiti(key: string, kind: Kind, nickname: string, number: string, opening: bigint): SimulatedAccount {
  return {
    ...{ key, entity: "kw", bank: "glfc", kind, nickname, currency: "KWD", iban: iban("KW", `GLFC${number}`), number },
    ...{ openingMinor: opening, overdraftLimitMinor: 0n, intraday: false },
  };
}
