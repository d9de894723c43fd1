import { describe, expect, it } from 'vitest'
import { runProcess } from '../support/processes.ts'

const putter = `new URL(${JSON.stringify(new URL('fixtures/put-many.mjs', import.meta.url).href)})`
const clean = { code: 0, stderr: '' }

describe('a process', () => {
  it.each([
    ['that only imports the library', ''],
    ['with an idle queue', 'globalThis.queue = new millrace.Queue()'],
    [
      'with items queued, held, returned and long ones',
      `const queue = new millrace.Queue({ codec: millrace.codecs.bytes })
       await queue.putMany([new Uint8Array(9), new Uint8Array(9), new Uint8Array(99999)])
       ;(await queue.take()).retry(); await queue.get()
       globalThis.queue = queue`,
    ],
    [
      'after waits that lapsed or were aborted',
      `const queue = new millrace.Queue({ maxsize: 1 })
       await queue.get({ timeout: 5 }).catch(() => {})
       await queue.put(1)
       await queue.put(2, { timeout: 5 }).catch(() => {})
       await queue.join({ signal: AbortSignal.timeout(5) }).catch(() => {})
       const controller = new AbortController()
       const put = queue.put(2, { signal: controller.signal }).catch(() => {})
       controller.abort(); await put
       globalThis.queue = queue`,
    ],
    [
      'after a shutdown with an iterator',
      `const queue = new millrace.Queue()
       await queue.putMany([1, 2, 3]); queue.shutdown()
       for await (const item of queue);
       await queue.join()`,
    ],
    [
      'with a dead-letter queue that is full',
      `const deadLetters = new millrace.Queue({ maxsize: 1 })
       const queue = new millrace.Queue({ deadLetters })
       await queue.putMany([1, 2])
       ;(await queue.take()).fail('no'); (await queue.take()).fail('no')
       globalThis.all = [queue, deadLetters]`,
    ],
    [
      'after a worker thread that attached has ended',
      `import { Worker } from 'node:worker_threads'
       const queue = new millrace.Queue()
       new Worker(${putter}, { execArgv: [], workerData: { handle: queue.handle, count: 3 } })
       await queue.getMany(1, { timeout: 10000 })
       globalThis.queue = queue`,
    ],
  ])('%s ends by itself', async (_, source) => {
    expect(await runProcess(source)).toMatchObject(clean)
  })

  it('does not end while an awaited put, get, take, join or iterator waits', async () => {
    const waits = [
      'queue.get()',
      'queue.take()',
      'queue.getMany(2)',
      'queue[Symbol.asyncIterator]().next()',
      'full.put(2)',
      'full.putMany([2])',
      'full.join()',
    ]
    const outcomes = await Promise.all(
      waits.map((wait) =>
        runProcess(
          `const queue = new millrace.Queue(), full = new millrace.Queue({ maxsize: 1 })
           full.tryPut(1)
           setTimeout(() => console.log('alive'), 200).unref()
           process.on('exit', () => console.log('ended'))
           await ${wait}`,
          'alive',
        ),
      ),
    )
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'killed', stdout: 'alive\n' })
  })

  it('ends once the item that it awaited has come, from a thread that blocks', async () => {
    const source = `import { Worker } from 'node:worker_threads'
      const queue = new millrace.Queue({ maxsize: 1 })
      new Worker(${putter}, { execArgv: [], workerData: { handle: queue.handle, count: 1000, thenShutDown: true } })
      let sum = 0
      for await (const item of queue) sum += item
      console.log(sum)`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: '499500\n' })
  })

  it('keeps no handle of 200 queues created and dropped', async () => {
    const source = `
      const before = process.getActiveResourcesInfo().length
      const emitter = ['worker', 'workerMessage', 'exit', 'warning'].map((name) => process.listenerCount(name))
      for (let count = 0; count < 200; count++) {
        const queue = new millrace.Queue({ maxsize: 2, memoryBytes: 65536, maxItemBytes: 65536 })
        await queue.put(count)
        await queue.get()
        await queue.get({ timeout: 1 }).catch(() => {})
        if (count % 2) queue[Symbol.dispose]()
      }
      // The ends of the last waits may still be under way.
      while (process.getActiveResourcesInfo().length > before) await new Promise(setImmediate)
      const after = ['worker', 'workerMessage', 'exit', 'warning'].map((name) => process.listenerCount(name))
      console.log(String(emitter) === String(after))`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: 'true\n' })
  })

  it('keeps a queue of which only a promise is awaited', async () => {
    const source = `
      import { MessageChannel } from 'node:worker_threads'
      const { port1, port2 } = new MessageChannel()
      let promise = (() => {
        const queue = new millrace.Queue()
        port1.postMessage(queue.handle)
        return queue.get()
      })()
      for (let turn = 0; turn < 20; turn++) { await new Promise(setImmediate); globalThis.gc() }
      port2.once('message', (handle) => { millrace.attach(handle).tryPut('item'); port1.close() })
      console.log(await promise)`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: 'item\n' })
  })

  it('collects queues that are not used any more and in which it holds nothing', async () => {
    const source = `
      const make = async (dispose) => {
        const queue = new millrace.Queue({ maxsize: 2 })
        await queue.put(1); await queue.get(); queue.taskDone()
        await queue.get({ timeout: 1 }).catch(() => {})
        if (dispose) queue[Symbol.dispose]()
        return new WeakRef(queue)
      }
      const refs = []
      for (let count = 0; count < 100; count++) {
        refs.push(await make(count % 2 === 0))
        await new Promise(setImmediate)
        globalThis.gc()
      }
      const kept = refs.filter((ref) => ref.deref() !== undefined).length
      // Queues used since the last sweep remain. A sweep comes at every seventeenth creation at the latest.
      console.log(kept <= 17 ? 0 : kept)`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: '0\n' })
  })
})
