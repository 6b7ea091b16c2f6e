import { account, balance, camt, entry } from "./formats/camt-files.ts";
import { cfonbFile, codaFile, csb43File } from "./formats/fixed-files.ts";

/** One balanced file of each format, with letters of several bytes, batches, pages and text that looks like structure. */
export const sampleFiles: ReadonlyMap<string, string> = new Map([
  ["camt.053", camtFile()],
  ["mt940", mtFile()],
  ["bai2", baiFile()],
  [
    "coda",
    codaFile(
      10_000,
      [
        { cents: 300, type: "1" },
        { cents: 300, type: "5" },
        { cents: -2_525, communication: "Größe 42 €" },
      ],
      7_775,
    ),
  ],
  ["cfonb120", cfonbFile(10_000, [{ cents: 300, more: [["LIB", "Née Größe €"]] }], 10_300) + cfonbFile(10_300, [{ cents: -2_525 }], 7_775)],
  [
    "csv",
    'Konto;DE89 3704 0044 0532 0130 00;;;\nAnfangssaldo;100,00;;;\nSchlusssaldo;77,75;;;\nDatum;Buchungstext;Betrag;Saldo;Währung\n29.03.2026;Größe;3,00;103,00;EUR\n30.03.2026;"Gebühr; €";-30,25;72,75;EUR\n31.03.2026;x;5,00;77,75;EUR\n',
  ],
  ["csb43", csb43File(10_000, [{ cents: 300, texts: ["COMISIÓN €"] }, { cents: -2_525 }], 7_775)],
]);

/** Files of formats that state no opening balance, so that nothing proves their amounts. */
export const unprovenFiles: ReadonlyMap<string, string> = new Map([
  ["ofx 1", ofxFile("OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nCHARSET:1252\r\n\r\n", (tag, value) => `<${tag}>${value}\r\n`)],
  ["ofx 2", ofxFile('<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211"?>\n', (tag, value) => `<${tag}>${value}</${tag}>`)],
  [
    "qif",
    "!Account\nNGiro\nTBank\n^\n!Type:Bank\nD13/4'26\nT-1,250.00\nPKäufer €\nMGröße\nSMiete\n$-1,000.00\nSStrom\n$-250.00\n^\nD14/4'26\nT3.00\n^\n",
  ],
]);

function ofxFile(header: string, leaf: (tag: string, value: string) => string): string {
  const transaction = (...leaves: ReadonlyArray<readonly [string, string]>) =>
    `<STMTTRN>\n${leaves.map(([tag, value]) => leaf(tag, value)).join("")}</STMTTRN>\n`;
  const first = transaction(
    ["TRNTYPE", "CREDIT"],
    ["DTPOSTED", "20260401120000[-5:EST]"],
    ["TRNAMT", "12.50"],
    ["FITID", "A1"],
    ["NAME", "Käufer &amp; Söhne"],
  );
  const second = transaction(
    ["TRNTYPE", "CHECK"],
    ["DTPOSTED", "20260402"],
    ["TRNAMT", "-20,25"],
    ["FITID", "A2"],
    ["MEMO", "Größe &#8364;"],
  );
  return `${header}<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>${leaf("CURDEF", "EUR")}<BANKACCTFROM>${leaf("BANKID", "037")}${leaf("ACCTID", "1 234")}</BANKACCTFROM>\n<BANKTRANLIST>${leaf("DTSTART", "20260401")}${leaf("DTEND", "20260430")}${first}${second}</BANKTRANLIST>\n<LEDGERBAL>${leaf("BALAMT", "92.25")}${leaf("DTASOF", "20260430")}</LEDGERBAL>\n</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`;
}

function camtFile(): string {
  const details = `<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch><TxDtls><Refs><EndToEndId>Ä-1</EndToEndId></Refs><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>Größe &lt;€&gt; 𝄞</Ustrd></RmtInf></TxDtls><TxDtls><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls></NtryDtls><AddtlNtryInf><![CDATA[Zürich <&]]></AddtlNtryInf>`;
  const one = (id: string, open: string, close: string, entries: string) =>
    `<Stmt><Id>${id}</Id>${account}${balance("OPBD", open)}${balance("CLBD", close)}\n${entries}</Stmt>\n`;
  return camt(
    one("S1", "100.00", "112.50", entry("12.50", "CRDT", details)) +
      one("S2", "112.50", "90.25", entry("20.00", "DBIT", "<NtryRef>N&#233;e</NtryRef>") + entry("2.25", "DBIT")),
  );
}

function mtFile(): string {
  const one = (number: number, open: string, body: string, close: string) =>
    `{1:F01BANKDEFFAXXX0000000000}{2:O9401200260331BANKDEFF0000}{4:\r\n:20:ST${number}\r\n:25:DE89370400440532013000\r\n:28C:${number}/1\r\n:60F:C260331EUR${open}\r\n${body}:62F:C260331EUR${close}\r\n:64:C260331EUR${close}\r\n-}\r\n`;
  return (
    one(
      1,
      "100,00",
      ":61:2603310401C12,50NTRFRÉF-1//B-1\r\nSupplément\r\n:86:166?00GUTSCHRIFT?20EREF+E-1?21SVWZ+Größe?22 42 €?32Käufer\r\n",
      "112,50",
    ) +
    one(
      2,
      "112,50",
      ":61:260331RC20,NMSCNONREF\r\n:86:/EREF/X/REMI/USTD//a - b\r\n- c/\r\n:61:260331D2,25NCHGX\r\n:86:Gebühr\r\n:x\r\n",
      "90,25",
    )
  );
}

function baiFile(): string {
  return "01,SND,RCV,260401,0713,7,80,1,2/\n02,RCV,ORG,1,260331,2340,EUR,2/\n03,1,EUR,010,10000,,,015,8025,,/\n88,040,5000,,,100,500,1,,400,2475,2,/\n16,165,500,V,260402,,B,C,DIVIDENDE, Größe 1/2\n88,EREF: É-1\n16,475,2225,S,1,2,3,B2,C2,CHECK/\n16,699,250,,,,GEBÜHR/\n49,28975,7/\n98,28975,1,9/\n99,28975,1,11/\n";
}
