import { describe, expect, it } from 'vitest'
import { runProcess } from '../support/processes.ts'

const fine = (stdout: string) => ({ code: 0, stdout, stderr: '' })

/** Collects garbage until `condition` holds; finalizers run in tasks of their own. */
const COLLECT = `
  const nap = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  async function collect(condition, what) {
    const deadline = performance.now() + 20_000
    while (!condition()) {
      if (performance.now() > deadline) throw new Error('not within 20 s: ' + what)
      gc()
      await nap(5)
    }
  }
  const ledgersOf = ({ memory }) =>
    Array.from({ length: 64 }, (_, ledger) => new Int32Array(memory.buffer)[(256 + ledger * 128) >> 2])
`

describe('a process', () => {
  it('ends by itself with an idle limiter, and with grants that were awaited', async () => {
    const source = `
      const limiter = new millrace.RateLimiter({ limit: 100, interval: 100 })
      const hosts = new millrace.KeyedRateLimiter({ limit: 1, interval: 3_600_000, concurrency: 1 })
      await limiter.acquire()
      await limiter.acquire()
      await hosts.acquire('a')
      const controller = new AbortController()
      const call = hosts.acquire('a', { signal: controller.signal }).catch((error) => error.name)
      controller.abort()
      console.log(await call, limiter.stats().granted)`
    expect(await runProcess(source)).toEqual(fine('AbortError 2\n'))
  })

  it('stays alive for an acquire that nobody awaits, and ends after it', async () => {
    const source = `
      const limiter = new millrace.RateLimiter({ limit: 10, interval: 1000 })
      limiter.tryAcquire()
      void limiter.acquire({ weight: 3 }).then(() => console.log('granted'))`
    expect(await runProcess(source)).toEqual(fine('granted\n'))
  })

  it('stays alive for a place that another thread gives back', async () => {
    const source = `
      import { Worker } from 'node:worker_threads'
      const hosts = new millrace.KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1 })
      const file = ${JSON.stringify(new URL('./fixtures/hold.mjs', import.meta.url).href)}
      const thread = new Worker(new URL(file), { execArgv: [], workerData: { handle: hosts.handle } })
      await new Promise((resolve) => thread.once('message', resolve))
      thread.unref()
      void hosts.acquire('a').then((permit) => console.log('granted', permit.key))
      thread.postMessage('release')`
    expect(await runProcess(source)).toEqual(fine('granted a\n'))
  })

  it('ends with an uncaught error of a wait that lapsed, as of any promise', async () => {
    const source = `
      const limiter = new millrace.RateLimiter({ limit: 1, interval: 3_600_000 })
      limiter.tryAcquire()
      void limiter.acquire({ timeout: 5 })`
    const { code, stderr } = await runProcess(source)
    expect(code).toBe(1)
    expect(stderr).toContain('WaitTimeoutError: the limiter granted nothing within 5 ms')
  })
})

describe('limiters that are made and dropped', () => {
  it.each([
    ['RateLimiter', '{ limit: 10, interval: 1000 }', 'tryAcquire()'],
    ['KeyedRateLimiter', '{ limit: 10, interval: 1000, concurrency: 2 }', "tryAcquire('a')"],
  ])(
    'are collected, with their memory: 1,000 of %s',
    async (name, options, call) => {
      const source = `${COLLECT}
      let collected = 0
      const seen = new FinalizationRegistry(() => collected++)
      for (let made = 0; made < 1000; made++) {
        const limiter = new millrace.${name}(${options})
        limiter.${call}
        seen.register(limiter.handle.memory)
        if (made % 50 === 49) await collect(() => collected > made - 100, 'the collection of earlier ones')
      }
      await collect(() => collected >= 999, 'all of them')
      const known = globalThis[Symbol.for('millrace.others')].recoverables
      await collect(() => known.size <= 1, 'what this thread knows of them')
      console.log('collected')`
      expect(await runProcess(source, undefined, 110_000)).toEqual(fine('collected\n'))
    },
    120_000,
  )

  it('give their ledger and places back, whoever else is attached', async () => {
    const source = `${COLLECT}
      import { Worker } from 'node:worker_threads'
      const file = ${JSON.stringify(new URL('./fixtures/hold.mjs', import.meta.url).href)}
      let limiter = new millrace.KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1 })
      const { handle } = limiter
      limiter.tryAcquire('b')
      const thread = new Worker(new URL(file), { execArgv: [], workerData: { handle } })
      await new Promise((resolve) => thread.once('message', resolve))
      limiter = undefined
      await collect(() => ledgersOf(handle)[0] === 0, 'the ledger of this thread')
      const again = millrace.attach(handle)
      console.log(again.stats('a').held, again.stats('b').held)
      await thread.terminate()
      console.log(again.stats('a').held)`
    expect(await runProcess(source)).toEqual(fine('1 0\n0\n'))
  })

  it('take nothing from the object that was attached after them', async () => {
    const source = `${COLLECT}
      // Each round drops an object and attaches at once: the finalizer of the one may come after the other.
      const { handle } = new millrace.KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1000 })
      const permits = []
      let limiter
      let others = 0
      for (let round = 0; round < 60; round++) {
        limiter = undefined
        gc()
        await (round % 3 === 0 ? nap(0) : null)
        limiter = millrace.attach(handle)
        const { held = 0 } = limiter.stats('a') ?? {}
        if (held > 0) throw new Error('a place is left: ' + held)
        const permit = limiter.tryAcquire('a') || (await limiter.acquire('a'))
        gc()
        await nap(round % 2)
        if (limiter.stats('a').held !== 1) throw new Error('the place is gone in round ' + round)
        permit.release()
      }
      await collect(() => ledgersOf(handle).filter((owner) => owner !== 0).length <= 1, 'one ledger')
      console.log('each had its own')`
    expect(await runProcess(source)).toEqual(fine('each had its own\n'))
  })

  it('are the same object as long as a call waits or a place is held', async () => {
    const source = `${COLLECT}
      const { handle } = new millrace.KeyedRateLimiter({ limit: 1000, interval: 1, concurrency: 1 })
      let permit = millrace.attach(handle).tryAcquire('a')
      const waits = millrace.attach(handle).acquire('a')
      const mark = Symbol('mark')
      millrace.attach(handle)[mark] = true
      for (let round = 0; round < 20; round++) {
        gc()
        await nap(1)
      }
      if (!millrace.attach(handle)[mark]) throw new Error('another object')
      millrace.attach(handle).release('a')
      permit = await waits
      for (let round = 0; round < 20; round++) {
        gc()
        await nap(1)
      }
      millrace.attach(handle).release('a')
      console.log(millrace.attach(handle).stats('a').held)`
    expect(await runProcess(source)).toEqual(fine('0\n'))
  })
})
