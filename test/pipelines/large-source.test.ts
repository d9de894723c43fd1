import { expect, it } from 'vitest'
import { sendThrough } from './large-source.ts'

/** The script has more: `npx tsx test/pipelines/large-source.ts`. */
const MB = 24

it('a large source passes three stages whole, in order, in the memory of its windows', async () => {
  const { mb, lines, results, peakMb } = await sendThrough(MB, 120_000)
  console.log(`${mb} MiB of NDJSON: a peak of ${peakMb} MiB`)
  expect(results).toBe(Math.ceil(lines / 10))
  expect(peakMb).toBeLessThan(300)
}, 130_000)
