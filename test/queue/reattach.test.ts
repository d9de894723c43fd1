import { describe, expect, it } from 'vitest'
import { runProcess } from '../support/processes.ts'

const clean = { code: 0, stderr: '' }
const library = JSON.stringify(new URL('../../dist/src/index.js', import.meta.url).href)

describe('a queue object without references', () => {
  it('is kept while this thread holds its items, and comes back from attach', async () => {
    const source = `
      const handle = await (async () => {
        const queue = new millrace.Queue({ maxsize: 2 })
        await queue.put('held'); await queue.get()
        return queue.handle
      })()
      for (let turn = 0; turn < 20; turn++) { await new Promise(setImmediate); globalThis.gc() }
      const queue = millrace.attach(handle)
      queue.taskDone()
      console.log(queue.unfinished, queue.stats().threads.length)`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: '0 1\n' })
  })

  it('leaves its ledger to the next attach', async () => {
    const source = `
      const handles = []
      const queue = new millrace.Queue({ maxsize: 2, maxThreads: 2 })
      const { handle } = queue
      const { Worker } = await import('node:worker_threads')
      const worker = new Worker(\`
        import { parentPort, workerData } from 'node:worker_threads'
        import(workerData.library).then(async ({ attach }) => {
          for (let turn = 0; turn < 10; turn++) {
            attach(workerData.handle).tryGet()
            for (let gcs = 0; gcs < 5; gcs++) { await new Promise(setImmediate); globalThis.gc() }
          }
          parentPort.postMessage('attached ten times')
        })\`, { eval: true, workerData: { handle, library: ${library} } })
      worker.on('message', console.log)
      await new Promise((resolve) => worker.on('exit', resolve))`
    expect(await runProcess(source)).toMatchObject({ ...clean, stdout: 'attached ten times\n' })
  })
})
