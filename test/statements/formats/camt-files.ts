/** camt messages written for the tests: the smallest that banks could send, with the oddities a test names. */
export interface CamtOptions {
  version?: string;
  message?: string;
  statement?: string;
  namespace?: string | null;
  prefix?: string;
  header?: string;
  group?: string;
}

export const account =
  "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy><Nm>Operating</Nm><Ownr><Nm>Muster GmbH</Nm></Ownr><Svcr><FinInstnId><BICFI>COBADEFFXXX</BICFI></FinInstnId></Svcr></Acct>";

export function camt(body: string, options: CamtOptions = {}): string {
  const { version = "camt.053.001.08", message = "BkToCstmrStmt", statement = "Stmt" } = options;
  const namespace = options.namespace === undefined ? `urn:iso:std:iso:20022:tech:xsd:${version}` : options.namespace;
  const declaration =
    namespace === null ? "" : options.prefix === undefined ? ` xmlns="${namespace}"` : ` xmlns:${options.prefix}="${namespace}"`;
  const inner = `<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-31T18:00:00.123456789+02:00</CreDtTm>${options.group ?? ""}</GrpHdr>${statements(body, statement, options.header)}`;
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Document${declaration}>\n<${message}>\n${inner}\n</${message}>\n</Document>\n`;
  return options.prefix === undefined ? xml : xml.replace(/<(\/?)([A-Z])/g, `<$1${options.prefix}:$2`);
}

function statements(body: string, name: string, header = account): string {
  return body.startsWith("<Stmt>") || body === ""
    ? body
    : `<${name}><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>${header}\n${body}\n</${name}>`;
}

export function balance(
  code: string,
  amount: string,
  options: { sign?: string | null; currency?: string; date?: string | null; subtype?: string } = {},
): string {
  const { sign = "CRDT", currency = "EUR", date = "2026-03-31", subtype } = options;
  return `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry>${subtype === undefined ? "" : `<SubTp><Cd>${subtype}</Cd></SubTp>`}</Tp><Amt Ccy="${currency}">${amount}</Amt>${sign === null ? "" : `<CdtDbtInd>${sign}</CdtDbtInd>`}${date === null ? "" : `<Dt><Dt>${date}</Dt></Dt>`}</Bal>`;
}

export function entry(amount: string, sign: string | null, more = "", status: string | null = "<Sts><Cd>BOOK</Cd></Sts>"): string {
  return `<Ntry><Amt Ccy="EUR">${amount}</Amt>${sign === null ? "" : `<CdtDbtInd>${sign}</CdtDbtInd>`}${status ?? ""}<BookgDt><Dt>2026-03-31</Dt></BookgDt><ValDt><DtTm>2026-04-01T00:00:00.000000000+02:00</DtTm></ValDt>${more}</Ntry>`;
}
