/** The command line of a step of the journey, and lines of threads in their order. */
import { readFileSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { isToRun } from '../../shared/command.ts'
import { readOptions } from '../../shared/options.ts'

/**
 * Whether the step at `url` shall run: not in a thread that loads its file, not for `--help`, and not with
 * wrong arguments. The help is the comment at the top of the file.
 */
export function isToPlay(url: string): boolean {
  return isMainThread && isToRun(nameOf(url), helpOf(url))
}

/** As `isToPlay`, for a step that takes `--out FILE`. Returns undefined if the step shall not run. */
export function readOut(url: string, fallback: string): string | undefined {
  if (!isMainThread) return undefined
  const options = readOptions(nameOf(url), helpOf(url), { texts: ['out'] })
  return options && (options.texts.out ?? fallback)
}

/** As `isToPlay`, for a step that takes a flag. Returns undefined if the step shall not run. */
export function readFlag(url: string, flag: string): boolean | undefined {
  if (!isMainThread) return undefined
  return readOptions(nameOf(url), helpOf(url), { flags: [flag] })?.flags[flag]
}

/** Prints a line at once. Lines of several threads appear in the order of the calls. */
export function say(line: string): void {
  for (;;) {
    try {
      writeSync(1, `${line}\n`)
      return
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // The reader has left, as `head` does.
      if (code === 'EPIPE') return
      // The reader is slow, and the pipe is full.
      if (code !== 'EAGAIN') throw error
    }
  }
}

/** Blocks the thread: work that takes a known time. */
export function work(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function nameOf(url: string): string {
  return basename(fileURLToPath(url), '.ts')
}

function helpOf(url: string): string {
  const [, comment = ''] = /^\/\*\*\n([\s\S]*?)\n \*\//.exec(readFileSync(fileURLToPath(url), 'utf8')) ?? []
  const text = comment.replace(/^ \* ?/gm, '')
  return `Usage: ${nameOf(url)} [options]\n\n${text}\n\n  --help  prints this\n`
}
