/**
 * ISO 4217 active codes by exponent (minor units), list one as of 2026-01-01. Two is the rule, so it is written
 * as one string; the exceptions stand in lines of their own.
 */
const byExponent: ReadonlyArray<readonly [number, string]> = [
  [0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"],
  [3, "BHD IQD JOD KWD LYD OMR TND"],
  [4, "CLF UYW"],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
     COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
     INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
     MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
     STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
     BGN HRK EEK LTL LVL SKK SIT MTL CYP DEM FRF ITL NLG BEF LUF ESP PTE ATS FIM IEP GRD TRL ROL ANG CUC SLL VEF MRO STD ZWL`,
  ],
];

const exponents = new Map<string, number>();
for (const [exponent, codes] of byExponent) for (const code of codes.split(/\s+/)) exponents.set(code, exponent);

/** Minor-unit digits of a currency (JPY 0, EUR 2, KWD 3), or `undefined` for a code ISO 4217 does not know. */
export function currencyExponent(code: string): number | undefined {
  return exponents.get(code);
}

/** All known codes with their exponents, for the database's reference table and for pickers. */
export function currencies(): ReadonlyArray<{ readonly code: string; readonly exponent: number }> {
  return [...exponents].map(([code, exponent]) => ({ code, exponent })).sort((a, b) => (a.code < b.code ? -1 : 1));
}
