/** A regular expression for the text itself. `ilike` would fold MÜLLER to müller only where the database's locale knows that. */
export function inAnyCase(text: string): string {
  return [...text]
    .map((letter) => {
      const forms = [...new Set([letter.toLowerCase(), letter.toUpperCase()])].filter((form) => [...form].length === 1);
      return forms.length === 2 ? `[${forms.join("")}]` : letter.replace(/[\\^$.|?*+()[\]{}]/, "\\$&");
    })
    .join("");
}
