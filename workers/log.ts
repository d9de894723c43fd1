import { writeSync } from 'node:fs'
import { formatWithOptions } from 'node:util'

const STDOUT = 1
const RETRY_MS = 1
/** No thread notifies it. A wait on it is a sleep that `terminate()` can end. */
const sleepWord = new Int32Array(new SharedArrayBuffer(4))
let isClosed = false

/**
 * Writes a line to standard output, formatted as by console.log without colours. It returns when the system
 * has the line. (console.log of a Worker goes through the main thread's event loop, and shows nothing while
 * the Worker blocks.)
 *
 * While a pipe is full, the thread waits for its reader. A line that cannot be written is dropped without an
 * error. Once the reader has gone, all lines are dropped. Lines of several threads do not mix as long as the
 * system writes each in one piece. It always does so up to PIPE_BUF bytes (4096 on Linux, 512 on macOS), and
 * for longer lines unless the pipe is nearly full. A thread that dies while it waits may leave half a line.
 */
export function log(...args: unknown[]): void {
  if (isClosed) return
  const line = Buffer.from(`${formatWithOptions({ colors: false }, ...args)}\n`)
  let written = 0
  while (written < line.length) {
    try {
      written += writeSync(STDOUT, line, written)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EAGAIN') {
        Atomics.wait(sleepWord, 0, 0, RETRY_MS)
        continue
      }
      // After EBADF nothing more is written, because the number 1 may come to mean another file.
      isClosed = code === 'EPIPE' || code === 'EBADF'
      return
    }
  }
}
