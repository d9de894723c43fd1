import { writeSync } from 'node:fs'

let isOpen = false
export function handle(_, thread) {
  if (isOpen) return
  isOpen = true
  writeSync(1, 'opened\n')
  thread.signal.addEventListener('abort', () => writeSync(1, `closed: ${thread.signal.reason.message}\n`))
}
