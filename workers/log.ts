import { writeSync } from 'node:fs'
import { formatWithOptions } from 'node:util'

const STDOUT = 1
const RETRY_MS = 1
/** Nobody notifies it: a wait on it is a sleep that `terminate()` ends. */
const never = new Int32Array(new SharedArrayBuffer(4))
let isClosed = false

/**
 * Writes a line to standard output as console.log formats it, without colours, and returns when the system
 * has it: console.log of a Worker goes through the main thread's event loop, and shows nothing while the
 * Worker blocks.
 *
 * While a pipe is full, the thread waits for its reader. A line that cannot be written is dropped, without an
 * error; once the reader has gone, all are. Lines of several threads keep apart as long as the system writes
 * each in one piece: up to PIPE_BUF bytes (4096 on Linux, 512 on macOS) always, longer ones unless the pipe
 * is nearly full. The line of a thread that dies while it waits may end in the middle.
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
        Atomics.wait(never, 0, 0, RETRY_MS)
        continue
      }
      // After EBADF, the number 1 may come to mean another file.
      isClosed = code === 'EPIPE' || code === 'EBADF'
      return
    }
  }
}
