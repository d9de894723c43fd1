/**
 * Loaded before a program: writes to file descriptor 3 the largest resident set of the process, in KB, and
 * its processor time, in ms.
 */
import { writeSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
    writeSync(3, `${maxRSS} ${(userCPUTime + systemCPUTime) / 1000}`)
  })
}
