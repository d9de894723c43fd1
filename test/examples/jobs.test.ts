import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { attempt } from '../../bench/jobs/attempt.ts'
import { inputs, type JobName } from '../../bench/jobs/inputs.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-jobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a job of bench:jobs', () => {
  it.each(Object.keys(inputs) as JobName[])(
    'gives the same with millrace and with piscina: %s',
    async (job) => {
      const input = await inputs[job](folder, 2)
      const made = [
        await attempt(`./${job}/millrace.mjs`, input, folder),
        await attempt(`./${job}/piscina.mjs`, input, folder),
      ]
      expect(made.map(({ failure }) => failure)).toEqual([undefined, undefined])
      expect(made[0]?.digest).toBe(made[1]?.digest)
      expect(made[0]?.megabytes).toBeGreaterThan(20)
    },
  )
})
