// What SARIF 2.1.0 (OASIS standard, sections 3.13 to 3.58) requires of the parts we write: which properties must be there, and of
// which form. Properties that the standard does not know are refused, as its schema does.
const text = { type: "string" };
const message = { type: "object", properties: { text }, required: ["text"], additionalProperties: false };
const level = { enum: ["none", "note", "warning", "error"] };
const index = { type: "integer", minimum: -1 };
const properties = { type: "object", properties: { tags: { type: "array", items: text, uniqueItems: true } } };

const rule = closed(
  {
    id: text,
    name: text,
    shortDescription: message,
    fullDescription: message,
    help: message,
    defaultConfiguration: closed({ level }, []),
    properties,
  },
  ["id"],
);
const location = closed(
  {
    physicalLocation: closed(
      {
        artifactLocation: closed({ uri: { type: "string", pattern: "^[^\\s\\\\]+$" }, uriBaseId: text }, []),
        region: closed({ startLine: { type: "integer", minimum: 1 } }, []),
      },
      ["artifactLocation"],
    ),
    logicalLocations: { type: "array", uniqueItems: true, items: closed({ fullyQualifiedName: text }, []) },
  },
  [],
);
const result = closed(
  {
    ruleId: text,
    ruleIndex: index,
    level,
    message,
    locations: { type: "array", items: location },
    partialFingerprints: { type: "object", additionalProperties: text },
    suppressions: {
      type: "array",
      uniqueItems: true,
      items: closed(
        { kind: { enum: ["inSource", "external"] }, status: { enum: ["accepted", "underReview", "rejected"] }, justification: text },
        ["kind"],
      ),
    },
    properties,
  },
  ["message"],
);
const invocation = closed(
  {
    executionSuccessful: { type: "boolean" },
    toolExecutionNotifications: {
      type: "array",
      items: closed({ level, message, associatedRule: closed({ id: text, index }, []) }, ["message"]),
    },
  },
  ["executionSuccessful"],
);
const run = closed(
  {
    tool: closed({ driver: closed({ name: text, version: text, rules: { type: "array", uniqueItems: true, items: rule } }, ["name"]) }, [
      "driver",
    ]),
    invocations: { type: "array", items: invocation },
    columnKind: { enum: ["utf16CodeUnits", "unicodeCodePoints"] },
    results: { type: "array", items: result },
  },
  ["tool"],
);

export const sarifShape = closed({ $schema: text, version: { const: "2.1.0" }, runs: { type: "array", items: run } }, ["version", "runs"]);

function closed(known: Readonly<Record<string, object>>, required: readonly string[]): object {
  return { type: "object", properties: known, required, additionalProperties: false };
}
