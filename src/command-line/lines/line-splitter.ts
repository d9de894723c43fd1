import { constants } from 'node:buffer'
import { StringDecoder } from 'node:string_decoder'

const { MAX_STRING_LENGTH } = constants
const BYTE_ORDER_MARK = 0xfeff
const CARRIAGE_RETURN = 13

/**
 * Makes lines of bytes in UTF-8. A line ends with LF, or with CR LF; another CR belongs to it. Bytes after
 * the last line end are a line as well. A byte order mark at the beginning is dropped. Bytes that are no
 * UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  /** The pieces of the line that has not ended. They are joined once: a line may be many chunks long. */
  #rest: string[] = []
  #restLength = 0
  #isBeginning = true

  /** The lines that end in this chunk. @throws RangeError for a line that is longer than a string can be */
  push(chunk: Buffer): string[] {
    return this.#split(this.#decoder.write(chunk))
  }

  /** The last line, if it has no line end. */
  end(): string[] {
    const lines = this.#split(this.#decoder.end())
    if (this.#restLength > 0) lines.push(this.#rest.join(''))
    this.#rest = []
    this.#restLength = 0
    return lines
  }

  #split(decoded: string): string[] {
    if (decoded === '') return []
    const text = this.#isBeginning && decoded.charCodeAt(0) === BYTE_ORDER_MARK ? decoded.slice(1) : decoded
    this.#isBeginning = false
    const lines = text.split('\n')
    const rest = lines.pop() as string
    if (lines.length === 0) {
      this.#keep(rest)
      return lines
    }
    if (this.#restLength > 0) {
      this.#keep(lines[0] as string)
      lines[0] = this.#rest.join('')
      this.#rest = []
      this.#restLength = 0
    }
    this.#keep(rest)
    return text.includes('\r') || endsWithReturn(lines[0] as string) ? lines.map(withoutReturn) : lines
  }

  #keep(piece: string): void {
    if (piece === '') return
    this.#restLength += piece.length
    if (this.#restLength > MAX_STRING_LENGTH) {
      throw new RangeError(`it is longer than ${MAX_STRING_LENGTH} characters`)
    }
    this.#rest.push(piece)
  }
}

function endsWithReturn(line: string): boolean {
  return line.charCodeAt(line.length - 1) === CARRIAGE_RETURN
}

function withoutReturn(line: string): string {
  return endsWithReturn(line) ? line.slice(0, -1) : line
}
