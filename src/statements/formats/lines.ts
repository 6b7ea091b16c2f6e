const controls = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]/;
const allControls = new RegExp(controls, "g");

/**
 * Cuts text that arrives in pieces into lines ended by LF, CR LF or CR CR LF, and drops the control characters that
 * frame SWIFT messages (SOH, ETX) or slip in: no bank says anything with them, and PostgreSQL's text holds no NUL.
 */
export class LineSplitter {
  private rest = "";
  private number = 0;
  private hasControls = false;

  /** @returns false when the line in progress is longer than `limit` */
  write(text: string, limit: number, each: (line: string, number: number) => void): boolean {
    const whole = this.rest === "" ? text : this.rest + text;
    this.hasControls = controls.test(whole);
    let from = 0;
    for (let at = whole.indexOf("\n", from); at !== -1; at = whole.indexOf("\n", from)) {
      let to = at;
      while (to > from && whole.charCodeAt(to - 1) === 13) to -= 1;
      this.tell(whole.slice(from, to), each);
      from = at + 1;
    }
    this.rest = from === 0 ? whole : whole.slice(from);
    return this.rest.length <= limit;
  }

  end(each: (line: string, number: number) => void): void {
    let length = this.rest.length;
    while (length > 0 && this.rest.charCodeAt(length - 1) === 13) length -= 1;
    const rest = this.rest.slice(0, length);
    this.hasControls = true;
    this.rest = "";
    if (rest !== "") this.tell(rest, each);
  }

  /** Old Macs end lines with CR alone: such a piece is several lines, counted one by one. */
  private tell(line: string, each: (line: string, number: number) => void): void {
    if (line.includes("\r")) {
      for (const part of line.split(/\r+/)) this.tell(part, each);
      return;
    }
    this.number += 1;
    each(this.hasControls && controls.test(line) ? line.replace(allControls, "") : line, this.number);
  }
}
