import { describe, expect, it } from 'vitest'
import { millrace } from '../kill/library.ts'
import { within } from '../support/deadline.ts'
import { runProcess } from '../support/processes.ts'
import { failureOf, numbers, words, work } from './scene.ts'

const work_mjs = new URL('./fixtures/work.mjs', import.meta.url).href
const ITEMS = 1000
const LIMIT_MS = 5000
const DOOM = { 100: 'throw', 300: 'hang', 450: 'exit', 451: 'exit', 800: 'exit', 900: 'heap' } as const

describe('a run of 1,000 items of which six fail in every way', () => {
  it('names each failure rightly, and has the other 994 results in order', async () => {
    // A heap that is exhausted may end the process: V8 can fail outside the thread's own limits.
    const { code, stdout, stderr } = await runProcess(
      `const run = millrace.parallelMap(Array.from({ length: ${ITEMS} }, (_, index) => index), {
        filename: ${JSON.stringify(work_mjs)},
        name: 'doomed',
        threads: 2,
        // An exhausted heap takes its time on a busy machine, and must not count as a call that takes too
        // long.
        timeout: ${LIMIT_MS},
        resourceLimits: { maxOldGenerationSizeMb: 64 },
        args: { doom: ${JSON.stringify(DOOM)} },
      })
      const outcomes = []
      for await (const { index, value, error } of run.settled()) {
        const { name, code, item, message, exitCode, cause } = error ?? {}
        outcomes.push(error ? { index, name, code, item, message, exitCode, cause: { name: cause?.name, code: cause?.code } } : { index, value })
      }
      const { failed, skipped, done, read } = run.stats()
      console.log(JSON.stringify({ outcomes, failed, skipped, done, read }))`,
      undefined,
      60_000,
    )
    expect([code, stderr]).toEqual([0, ''])
    const { outcomes, ...stats } = JSON.parse(stdout) as {
      outcomes: { index: number; value?: number; cause: object }[]
    }
    expect(stats).toEqual({ failed: 6, skipped: 0, done: ITEMS, read: ITEMS })
    expect(outcomes.map(({ index }) => index)).toEqual(numbers(ITEMS))
    const results = outcomes.filter((outcome) => 'value' in outcome)
    expect(results).toHaveLength(ITEMS - 6)
    expect(results.every(({ index, value }) => index === value)).toBe(true)
    const failures = new Map(
      outcomes.filter((outcome) => !('value' in outcome)).map((each) => [each.index, each]),
    )
    expect([...failures.keys()]).toEqual(Object.keys(DOOM).map(Number))
    for (const [index, failure] of failures) {
      expect(failure).toMatchObject({ name: 'ThreadError', code: 'ERR_THREAD', item: index })
    }
    expect(failures.get(100)?.cause).toEqual({ name: 'RangeError' })
    expect(failures.get(300)?.cause).toMatchObject({ code: 'ERR_RUN_TIMEOUT' })
    for (const index of [450, 451, 800]) {
      expect(failures.get(index)).toMatchObject({
        exitCode: 7,
        message: expect.stringContaining(`item ${index} of stage 'doomed'`),
        cause: { code: 'ERR_THREAD' },
      })
      expect(failures.get(index)).toMatchObject({ message: expect.stringContaining('3 calls') })
    }
    expect(failures.get(900)).toMatchObject({ message: expect.stringMatching(/memory|heap/i) })
  }, 70_000)
})

describe("a failure under 'fail'", () => {
  it('rejects soon after the throw, while another item spins for 10 s', async () => {
    const state = words()
    const task = { ...work('fallOrSpin'), threads: 2, args: { words: state }, ordered: false, grain: 1 }
    const run = millrace.parallelMap([0, 1], task).toArray()
    let rejectedAt = 0
    const failing = failureOf(run, 'the rejection', 9000).then((error) => {
      rejectedAt = performance.now()
      return error
    })
    await within(
      (async () => {
        while (Atomics.load(state, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      })(),
      'the throw of item 0',
    )
    const thrownAt = performance.now()
    const error = await failing
    console.log(`rejected ${(rejectedAt - thrownAt).toFixed(0)} ms after the throw, with a grace of 50 ms`)
    expect(error).toMatchObject({
      code: 'ERR_THREAD',
      item: 0,
      message: expect.stringContaining('fallOrSpin'),
    })
    expect(error.cause).toBeInstanceOf(RangeError)
    expect(rejectedAt - thrownAt).toBeLessThan(3000)
  })
})
