import type { Page } from "playwright-core";
import { beforeAll } from "vitest";
import { camt053, type TestStatement } from "../helpers/camt.ts";
import { type Desk, testDesk } from "./desk.ts";

const account = "DE02120300000000202051";
export const monday: TestStatement = {
  account,
  day: "2026-03-02",
  sequence: 1,
  opening: "1000.00",
  closing: "1250.55",
  entries: [
    { amount: "300.55", text: "Invoice 4711" },
    { amount: "-50.00", text: "Bank charges", reference: "CHG1" },
  ],
};
const tuesday: TestStatement = {
  account,
  day: "2026-03-03",
  sequence: 2,
  opening: "1250.55",
  closing: "-749.45",
  entries: [{ amount: "-2000.00", text: "Payroll March", reference: "PAY1" }],
};
/** Who paid invoice 4711. */
export const partner = "DE88100900001234567892";
export const mondayFile = camt053(monday).replace(
  "<RmtInf><Ustrd>Invoice 4711",
  `<RltdPties><DbtrAcct><Id><IBAN>${partner}</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>Invoice 4711`,
);
const pounds = { account: "GB29NWBK60161331926819", currency: "GBP" };
/** The statement of 2026-03-03 is missing between these two. */
const withGap = camt053(
  { ...pounds, day: "2026-03-02", sequence: 1, opening: "0.00", closing: "10.00", entries: [{ amount: "10.00" }] },
  { ...pounds, day: "2026-03-04", sequence: 3, opening: "12.00", closing: "15.00", entries: [{ amount: "3.00" }] },
);

/** A desk with two days of euros and a gap in the pounds at Acme, and a dollar account at Globex. */
export function deskWithBooks(): { readonly current: Desk; readonly afterMonday: string } {
  const desk = testDesk();
  let afterMonday = "";
  beforeAll(async () => {
    await desk.current.import("monday.xml", mondayFile);
    afterMonday = await desk.current.now();
    await desk.current.import("tuesday.xml", camt053(tuesday));
    await desk.current.import("pounds.xml", withGap);
    await desk.current.import("globex.xml", camt053({ ...monday, account: "GB33BUKB20201555555555", currency: "USD" }), "globex");
  });
  return {
    get current() {
      return desk.current;
    },
    /** The moment after the first file and before the second. */
    get afterMonday() {
      return afterMonday;
    },
  };
}

/** The position in a currency, as the cockpit writes it. */
export function figureIn(page: Page, currency: string) {
  return page.getByRole("article", { name: `Position in ${currency}` }).getByRole("button", { name: /show the proof/ });
}
