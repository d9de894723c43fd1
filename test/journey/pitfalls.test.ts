import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { run } from '../examples/run.ts'

/** So long the process is watched after its main function has ended. */
const WATCHED_MS = 1500

/** Whether the process still runs some time after it has printed `text`. It is killed then. */
function watchAfter(text: string) {
  const seen: { aliveAfter?: boolean } = {}
  const onStart = (child: ChildProcess) => {
    let output = ''
    child.stdout?.on('data', async (data: Buffer) => {
      if (output.includes(text)) return
      output += data
      if (!output.includes(text)) return
      await sleep(WATCHED_MS)
      seen.aliveAfter = child.exitCode === null && child.signalCode === null
      child.kill('SIGINT')
    })
  }
  return { seen, onStart }
}

describe('threads that are left behind', () => {
  it('keep the process alive, until Ctrl-C', async () => {
    const { seen, onStart } = watchAfter('main() is over')
    const { signal, stdout } = await run('journey/15-leaks.ts', ['--leak'], { onStart })
    expect(stdout).toMatch(/^2 requests that leak +4 threads at work, /m)
    expect(stdout).toMatch(/\nmain\(\) is over, and the process is not\n$/)
    expect(seen.aliveAfter).toBe(true)
    expect(signal).toBe('SIGINT')
  })
})
