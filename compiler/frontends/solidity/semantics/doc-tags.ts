/**
 * Tags of a doc comment (Solidity documentation, "NatSpec Format"), split as solc splits them.
 *
 *     @notice Moves tokens.        [notice "Moves tokens.", param to "who gets them"]
 *     @param to who gets them
 */

export interface DocTag {
  readonly name: string;
  content: string;
  /** `@param`: the parameter's name. */
  readonly parameter?: string;
}

export interface DocFault {
  readonly code: string;
  readonly message: string;
}

export interface ParsedDoc {
  readonly tags: readonly DocTag[];
  readonly faults: readonly DocFault[];
}

/** @param text the comment's text, markers stripped */
export function parseDocTags(text: string): ParsedDoc {
  return new DocReader(text).read();
}

class DocReader {
  private readonly tags: DocTag[] = [];
  private readonly faults: DocFault[] = [];
  private at = 0;

  constructor(private readonly text: string) {}

  read(): ParsedDoc {
    const { text } = this;
    while (this.at < text.length) {
      const lineEnd = this.lineEnd(this.at);
      const tag = text.indexOf("@", this.at);
      if (tag >= 0 && tag < lineEnd) this.readTag(tag);
      else if (this.tags.length > 0) this.readLine(true);
      else if (this.at === 0) {
        // Text without a tag is a notice.
        this.tags.push({ name: "notice", content: "" });
        this.readLine(false);
      } else this.at = lineEnd + 1;
    }
    return { tags: this.tags, faults: this.faults };
  }

  private lineEnd(from: number): number {
    const end = this.text.indexOf("\n", from);
    return end < 0 ? this.text.length : end;
  }

  private skipBlanks(from: number): number {
    let i = from;
    while (this.text[i] === " " || this.text[i] === "\t") i++;
    return i;
  }

  private readTag(at: number): void {
    let nameEnd = at + 1;
    while (nameEnd < this.text.length && !/[ \t\n]/.test(this.text[nameEnd]!)) nameEnd++;
    const name = this.text.slice(at + 1, nameEnd);
    this.at = Math.min(nameEnd + 1, this.text.length);
    if (name === "param") {
      this.readParameter();
      return;
    }
    this.tags.push({ name, content: "" });
    this.readLine(false);
  }

  private readParameter(): void {
    const nameStart = this.skipBlanks(this.at);
    if (nameStart >= this.text.length) return this.fail("3335", "No param name given");
    const parameter = /^[A-Za-z_$][\w$]*/.exec(this.text.slice(nameStart, this.lineEnd(nameStart)))?.[0] ?? "";
    const start = this.skipBlanks(nameStart + parameter.length);
    const end = this.lineEnd(start);
    if (start === end) return this.fail("9942", `No description given for param ${parameter}`);
    this.tags.push({ name: "param", parameter, content: this.text.slice(start, end) });
    this.at = end + 1;
  }

  private fail(code: string, message: string): void {
    this.faults.push({ code, message });
    this.at = this.text.length;
  }

  /** Adds the rest of the line to the last tag. */
  private readLine(isContinuation: boolean): void {
    const tag = this.tags[this.tags.length - 1]!;
    const end = this.lineEnd(this.at);
    const first = this.text[this.at];
    if (isContinuation && first !== undefined && first !== " " && first !== "\t") tag.content += " ";
    const start = isContinuation ? this.at : Math.min(this.skipBlanks(this.at), end);
    tag.content += this.text.slice(start, end);
    this.at = end + 1;
  }
}
