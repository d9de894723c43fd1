import { isUtf8 } from 'node:buffer'
import type { Progress, Run } from './run.ts'

const CLEAR_LINE = '\r\x1b[K'

/** Prints a line on stderr. On a terminal it replaces the progress. */
export function note(line: string): void {
  process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ''}${line}\n`)
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

export function summary(run: Run): string {
  const [bytes, gzipBytes] = totals(run)
  const threads = run.threads === 1 ? '1 thread ' : `${run.threads} threads`
  const sizes = `${megabytes(bytes)} (${megabytes(gzipBytes)} gzipped)`
  const cut = run.interrupted ? ', interrupted' : ''
  const missing = run.unreadable.length > 0 ? `, ${run.unreadable.length} unreadable` : ''
  const speed = (bytes / 1e6 / run.seconds).toFixed(1)
  return `${threads}: ${run.files.length} files, ${sizes} in ${run.seconds.toFixed(2)} s, ${speed} MB/s${missing}${cut}`
}

/** Draws the progress, if stderr is a terminal. Returns a function that ends it. */
export function drawProgress(progress: Progress): () => void {
  const { stderr } = process
  if (!stderr.isTTY) return () => {}
  const began = performance.now()
  const timer = setInterval(() => {
    const { found, done, walking } = progress
    const bytes = Number(Atomics.load(progress.bytes, 0))
    const speed = (bytes / 1e3 / (performance.now() - began)).toFixed(1)
    // The "+" says that the walk has not ended.
    const text = ` ${done}/${found}${walking ? '+' : ''} files  ${megabytes(bytes)}  ${speed} MB/s`
    const width = Math.min(40, stderr.columns - text.length - 3)
    const filled = Math.floor((width * done) / Math.max(1, found))
    const bar = width > 4 ? `[${'='.repeat(filled).padEnd(width)}]` : ''
    stderr.write(`${CLEAR_LINE}${(bar + text).slice(0, stderr.columns - 1)}`)
  }, 100)
  return () => {
    clearInterval(timer)
    stderr.write(CLEAR_LINE)
  }
}

/** The path for people. Line breaks and escape sequences in it are shown as in JSON. */
export function shown(path: Uint8Array): string {
  const quoted = JSON.stringify(textOf(path)).replace(
    /[\x7f-\x9f]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
  return quoted.includes('\\') ? quoted : textOf(path)
}

/** One file a line. */
export function writeDocument(run: Run, about: object): void {
  const { stdout } = process
  const [bytes, gzipBytes] = totals(run)
  const { threads, seconds } = run
  stdout.write(`${JSON.stringify({ ...about, threads, bytes, gzipBytes, seconds }, null, 2).slice(0, -2)},\n`)
  const list = (name: string, entries: readonly { path: Uint8Array }[], end: string) => {
    stdout.write(`  "${name}": [`)
    entries.forEach(({ path, ...entry }, index) => {
      stdout.write(`${index > 0 ? ',' : ''}\n    ${JSON.stringify({ ...named(path), ...entry })}`)
    })
    stdout.write(`${entries.length > 0 ? '\n  ' : ''}]${end}\n`)
  }
  list('files', run.files, ',')
  list('unreadable', run.unreadable, '')
  stdout.write('}\n')
}

/** JSON has no bytes: a path that is not UTF-8 is approximate as text, and exact in base64. */
function named(path: Uint8Array): { path: string; pathBytes?: string } {
  if (isUtf8(path)) return { path: textOf(path) }
  return { path: textOf(path), pathBytes: Buffer.from(path).toString('base64') }
}

function textOf(path: Uint8Array): string {
  return Buffer.from(path).toString('utf8')
}

function totals({ files }: Run): [bytes: number, gzipBytes: number] {
  return [
    files.reduce((sum, { bytes }) => sum + bytes, 0),
    files.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0),
  ]
}
