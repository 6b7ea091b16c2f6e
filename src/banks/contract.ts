import { type Static, Type } from "typebox";
import { Id, nullable, pageOf, record } from "../http/contract.ts";

export const BankRef = record("BankRef", { id: Id, name: Type.String(), bic: nullable(Type.String()) });
export type BankRef = Static<typeof BankRef>;

export const Bank = record("Bank", {
  id: Id,
  name: Type.String(),
  bic: nullable(Type.String()),
  country: nullable(Type.String({ description: "ISO 3166-1 alpha-2" })),
  accounts: Type.Integer({ description: "Open accounts held there" }),
});
export type Bank = Static<typeof Bank>;
export const BankPage = pageOf("BankPage", Bank);
export type BankPage = Static<typeof BankPage>;
