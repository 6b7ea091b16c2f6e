import type { Country } from "./bank-days.ts";
import type { Party } from "./booking.ts";
import { iban } from "./identifiers.ts";
import { type Random, randomFrom } from "./random.ts";

/** The nth business partner of a country, always the same one. The names are made up; a likeness is chance. */
export function businessPartner(country: Country, line: TradeLine, number: number): Party {
  const random = randomFrom(`partner/${country}/${line}/${number}`);
  const local = places[country];
  const stem = local.stems[number % local.stems.length] ?? "";
  const name = local.company(stem, random.pick(local.trades[line]), random);
  return { name, ...addressOf(country, random), ...bankAccount(country, random) };
}

/** The nth private customer of a country. */
export function privateCustomer(country: Country, number: number): Party {
  const random = randomFrom(`person/${country}/${number}`);
  const local = places[country];
  return {
    name: `${random.pick(local.given)} ${random.pick(local.stems)}`,
    ...addressOf(country, random),
    ...bankAccount(country, random),
  };
}

/** An authority, landlord, acquirer … by name, with an account of its own. */
export function namedPartner(country: Country, name: string): Party {
  const random = randomFrom(`named/${country}/${name}`);
  return { name, ...addressOf(country, random), ...bankAccount(country, random) };
}

export type TradeLine = "customer" | "supplier";

/** A BBAN of the country's shape, and an IBAN where it has them. */
export function bankAccount(country: Country, random: Random): Pick<Party, "account" | "bic"> {
  const { banks } = places[country];
  const [bic, clearing] = random.pick(banks);
  switch (country) {
    case "DE":
      return withIban(country, bic, clearing + random.digits(10));
    case "NL":
      return withIban(country, bic, clearing + random.digits(10));
    case "GB":
      return withIban(country, bic, clearing + random.digits(14));
    case "KW":
      return withIban(country, bic, clearing + random.digits(22));
    default:
      return { bic, account: { iban: null, number: random.digits(country === "JP" ? 7 : 10) } };
  }
}

function withIban(country: Country, bic: string, bban: string): Pick<Party, "account" | "bic"> {
  return { bic, account: { iban: iban(country, bban), number: bban } };
}

function addressOf(country: Country, random: Random): Pick<Party, "street" | "postCode" | "town" | "country"> {
  const { streets, towns } = places[country];
  const [town, postCode] = random.pick(towns);
  return { street: `${random.pick(streets)} ${random.integer(1, 180)}`, postCode, town, country };
}

interface Place {
  readonly stems: readonly string[];
  readonly given: readonly string[];
  readonly trades: Record<TradeLine, readonly string[]>;
  readonly company: (stem: string, trade: string, random: Random) => string;
  readonly streets: readonly string[];
  readonly towns: ReadonlyArray<readonly [town: string, postCode: string]>;
  /** BIC and what begins the BBAN. */
  readonly banks: ReadonlyArray<readonly [bic: string, clearing: string]>;
}

const words = (text: string) => text.split(" ");

const places: Record<Country, Place> = {
  DE: {
    stems: words(
      "Ahlers Brömmel Czernin Dorfmüller Ehlbeck Falkenrath Grothusen Hagemoor Imkamp Jessenbrink Kaltwasser Lührs Mönkeberg Nottebohm Oestreich Pöhlmann Quandel Rautenhaus Schönfließ Tiedgen Ummelmann Voßkamp Wiesenthal Zöllinger",
    ),
    given: words("Anna Bernd Carola Dieter Elke Frank Gisela Heiko Ines Jörg Käthe Lars Maren Nils Petra Rolf Sabine Uwe"),
    trades: {
      customer: words("Anlagenbau Antriebstechnik Fördertechnik Verpackung Landtechnik Automation"),
      supplier: words("Werkzeuge Stahlhandel Elektronik Logistik Gießerei Hydraulik Büroservice"),
    },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["GmbH", "GmbH & Co. KG", "AG", "KG"])}`,
    streets: words("Lindenweg Industriestraße Hafenallee Mühlengrund Werkring Bahnhofstraße"),
    towns: [
      ["Kassel", "34117"],
      ["Siegen", "57072"],
      ["Heilbronn", "74072"],
      ["Bremen", "28195"],
      ["Zwickau", "08056"],
    ],
    banks: [
      ["RHNBDEFFXXX", "50099901"],
      ["STKADE33XXX", "47099902"],
      ["NORVDEHHXXX", "20099903"],
      ["ALPGDEMMXXX", "70099904"],
    ],
  },
  NL: {
    stems: words(
      "Aarsen Boskamp Cuijpers Dijkgraaf Elzinga Feenstra Groeneveld Hoogland Jellema Kranenburg Leeuwerik Meerdink Noordhoek Oosterwijk Plantenga Roosenboom Steenhuis Terpstra Veldkamp Zonneveld",
    ),
    given: words("Anouk Bram Daan Eva Femke Gijs Hanna Joris Lotte Maarten Nienke Pieter Sanne Thijs"),
    trades: {
      customer: words("Warenhuis Winkels Groothandel Interieur"),
      supplier: words("Textiel Keramiek Transport Verpakking Verlichting Meubel"),
    },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["B.V.", "B.V.", "N.V."])}`,
    streets: words("Kerkstraat Havenkade Molenweg Stationsplein Prinsengracht"),
    towns: [
      ["Utrecht", "3511 AA"],
      ["Rotterdam", "3011 AB"],
      ["Zwolle", "8011 CD"],
      ["Eindhoven", "5611 EM"],
    ],
    banks: [
      ["LWLDNL2AXXX", "LWLD"],
      ["POLDNL22XXX", "POLD"],
    ],
  },
  GB: {
    stems: words(
      "Aldermoor Brackenbury Colthorpe Dunmallet Eastleaze Farrowdale Gildersome Harkwright Inglebourne Kettlesing Lambrigg Marlstone Netherwood Oxspring Penhallow Ravensworth Stanbrook Thornthwaite Wetherfell",
    ),
    given: words("Alice Ben Clara Dylan Edith Fergus Grace Harry Isla Jack Moira Owen Rhona Tom"),
    trades: {
      customer: words("Engineering Packaging Dairies Foods Automation"),
      supplier: words("Components Steels Freight Fasteners Supplies Tooling"),
    },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["Ltd", "Limited", "plc", "& Sons Ltd"])}`,
    streets: ["Mill Lane", "Station Road", "Foundry Way", "Canal Street", "Park Row"],
    towns: [
      ["Leeds", "LS1 4AP"],
      ["Bristol", "BS1 5TR"],
      ["Derby", "DE1 2GU"],
      ["Perth", "PH1 5EN"],
    ],
    banks: [
      ["CNCLGB2LXXX", "CNCL"],
      ["HALDGB22XXX", "HALD"],
    ],
  },
  US: {
    stems: words(
      "Ashgrove Birchfield Cedarhurst Dunmore Elkhorn Fairhollow Granger Hollister Ironwood Juniper Kingsley Larkspur Millbrook Northfield Oakhaven Pinecrest Redstone Silverton",
    ),
    given: words("Amy Brian Carla Derek Emily Frank Gina Hank Irene Jason Kelly Luis Megan Noah"),
    trades: {
      customer: words("Retail Outfitters Department Home Interiors"),
      supplier: words("Freight Packaging Textiles Lighting Supply Wholesale"),
    },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["Inc.", "LLC", "Corp.", "Co."])}`,
    streets: ["Main St", "Market Ave", "Harbor Blvd", "5th St", "Lake Rd"],
    towns: [
      ["Newark NJ", "07102"],
      ["Albany NY", "12207"],
      ["Dayton OH", "45402"],
      ["Boise ID", "83702"],
    ],
    banks: [
      ["HRBFUS33XXX", "021999901"],
      ["GRLKUS44XXX", "041999902"],
    ],
  },
  JP: {
    stems: words(
      "Aokawa Fujimoto Hamasaki Iwatani Kitahara Kuranishi Matsuno Minazuki Nagatomi Nishizaki Okazato Sakuraba Shiokawa Takamine Tanimura Uenishi Yanagida Yoshizuka",
    ),
    given: words("Akira Chie Daiki Emi Haruto Kaori Kenji Mai Naoki Rina Sho Yui"),
    trades: { customer: words("Seiki Kogyo Shokuhin Bussan Denki"), supplier: words("Unyu Kinzoku Buhin Shoji Sangyo") },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["K.K.", "K.K.", "Co., Ltd."])}`,
    streets: ["Chuo-ku Minato", "Nishi-ku Sakae", "Kita-ku Umeda", "Minato-ku Shiba"],
    towns: [
      ["Tokyo", "105-0014"],
      ["Osaka", "530-0001"],
      ["Nagoya", "460-0008"],
      ["Yokohama", "220-0011"],
    ],
    banks: [
      ["TKTSJPJTXXX", "0991"],
      ["MIZHJPJTXXX", "0992"],
    ],
  },
  KW: {
    stems: words(
      "Al-Bahar Al-Dana Al-Fanar Al-Jahra Al-Marjan Al-Noor Al-Qibla Al-Reef Al-Sahel Al-Shuwaikh Al-Waha Boubyan-Star Failaka Gulf-Crest Kubbar Qaruh Umm-Maradim",
    ),
    given: words("Abdullah Dalal Fahad Hessa Jaber Khaled Latifa Mariam Nasser Sara Yousef"),
    trades: {
      customer: words("Contracting Foodstuffs Refineries Plastics Desalination"),
      supplier: words("Shipping Trading Equipment Maintenance Catering"),
    },
    company: (stem, trade, random) => `${stem} ${trade} ${random.pick(["W.L.L.", "Co. W.L.L.", "K.S.C.C."])}`,
    streets: ["Block 4, Street", "Block 7, Street", "Industrial Area, Plot"],
    towns: [
      ["Kuwait City", "13001"],
      ["Shuwaikh", "70451"],
      ["Ahmadi", "61001"],
    ],
    banks: [
      ["GLFCKWKWXXX", "GLFC"],
      ["DESTKWKWXXX", "DEST"],
    ],
  },
};
