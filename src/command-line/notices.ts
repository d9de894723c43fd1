import { inspect } from 'node:util'

const COMMAND = 'millrace'
/** Skipped lines that are named, before they are only counted. */
const MOST_NAMED = 10

/** The lines for people, on standard error. */
export class Notices {
  readonly #isQuiet: boolean
  /** A progress bar is on the line of the cursor. */
  hasBar = false
  /** Lines that were left out. */
  skipped = 0

  constructor({ isQuiet }: { readonly isQuiet: boolean }) {
    this.#isQuiet = isQuiet
  }

  say(text: string): void {
    this.clear()
    process.stderr.write(`${COMMAND}: ${text}\n`)
  }

  /** Clears the line of the progress bar, which is drawn again below. */
  clear(): void {
    if (this.hasBar) process.stderr.write('\r\x1b[K')
  }

  /** The first few are named, each in one line. */
  skip(line: number, error: unknown): void {
    this.skipped++
    if (!this.#isQuiet && this.skipped <= MOST_NAMED) this.say(`line ${line} skipped: ${shown(error)}`)
  }

  /** Says how many lines were skipped beyond those that were named. */
  end(): void {
    const more = this.skipped - MOST_NAMED
    if (!this.#isQuiet && more > 0) this.say(`${more} more lines skipped, ${this.skipped} in all`)
  }

  fail(line: number | undefined, error: unknown): void {
    const where = line === undefined ? '' : `line ${line}: `
    this.say(`${where}${shown(error)}${framesOf(error)}`)
  }
}

/** The error in one line. For what a function threw, the error that was thrown. */
function shown(error: unknown): string {
  const thrown = thrownBy(error)
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : inspect(thrown)
  return text.split('\n', 1)[0] as string
}

/** The folders of this program's own files. */
const OWN = ['../', '../../workers/'].map((folder) => new URL(folder, import.meta.url).href)

/** The stack of what the function threw, down to where this library called it. */
function framesOf(error: unknown): string {
  const thrown = thrownBy(error)
  if (!(thrown instanceof Error)) return ''
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const end = frames.findIndex((frame) => OWN.some((folder) => frame.includes(folder)))
  return frames
    .slice(0, Math.max(0, end))
    .map((frame) => `\n${frame}`)
    .join('')
}

function thrownBy(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error
}
