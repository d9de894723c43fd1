import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Queue, Supervisor, threaded } from 'millrace'
import { doubled } from './work.mjs'

const filename = new URL('./work.mjs', import.meta.url)
const counter = () => new Int32Array(new SharedArrayBuffer(4))

test('a call that takes 1 s is made once', async () => {
  const calls = counter()
  const queue = new Queue()
  const supervisor = new Supervisor()
  supervisor.consume(queue, { filename, name: 'slow', threads: 2, args: calls })
  await queue.put('a')
  queue.shutdown()
  await supervisor.join({ timeout: 20_000 })
  expect(calls[0]).toBe(1)
}, 30_000)

test('a threaded function is found by the place of its call', async () => {
  const spawned = (fn) => new Supervisor().spawn(fn, { args: 21 }).join({ timeout: 20_000 })
  expect(await spawned(doubled)).toEqual([42])
  await expect(spawned(threaded(import.meta, () => 'in no thread'))).rejects.toThrow()
}, 30_000)

test('a thread that dies is started again', async () => {
  const supervisor = new Supervisor()
  const results = await supervisor.spawn({ filename, name: 'dies' }).join({ timeout: 20_000 })
  expect(results).toEqual([1])
}, 30_000)

test('a thread that does not stop is terminated after grace, and has exited when close resolves', async () => {
  const supervisor = new Supervisor({ grace: 200 })
  const group = supervisor.spawn({ filename, name: 'stuck' })
  await once(supervisor, 'start')
  await supervisor.close()
  expect(supervisor.stats().threads).toBe(0)
  await expect(group.join()).rejects.toThrow('did not stop within 200 ms')
}, 30_000)

test('a call that takes longer than its timeout is ended', async () => {
  const dead = new Queue()
  const queue = new Queue({ deadLetters: dead })
  const supervisor = new Supervisor()
  supervisor.consume(queue, { filename, name: 'stuckOn', threads: 1, timeout: 500, retries: 0 })
  await queue.putMany(['good', 'bad', 'good'])
  queue.shutdown()
  await supervisor.join({ timeout: 20_000 })
  expect((await dead.get()).item).toBe('bad')
}, 30_000)

test('the item that a thread of the user holds comes back when the thread is dead, and not before', async () => {
  const queue = new Queue()
  await queue.put('a')
  const worker = new Worker(
    `import('millrace').then(({ attach }) => {
      const { parentPort, workerData } = require('node:worker_threads')
      attach(workerData).getSync()
      parentPort.postMessage('holds')
      parentPort.on('message', () => process.exit(1))
    })`,
    { eval: true, workerData: queue.handle },
  )
  await once(worker, 'message')
  await expect(queue.get({ timeout: 1000 })).rejects.toThrow('stayed empty')
  worker.postMessage('exit')
  expect(await queue.get({ timeout: 20_000 })).toBe('a')
}, 30_000)

test('items that threads of a thread hold are delivered once', async () => {
  const calls = counter()
  const queue = new Queue()
  const supervisor = new Supervisor()
  supervisor.spawn({ filename, name: 'starts', args: { queue, calls, filename: filename.href } })
  await queue.putMany(['a', 'b', 'c'])
  queue.shutdown()
  await supervisor.join({ timeout: 20_000 })
  expect(calls[0]).toBe(3)
}, 30_000)

test('items arrive with their types: objects of classes, errors, dead letters', async () => {
  class Point {
    constructor(x) {
      this.x = x
    }
  }
  const dead = new Queue()
  const queue = new Queue({ deadLetters: dead })
  await queue.put({ point: new Point(1), error: Object.assign(new TypeError('no'), { code: 'E_NO' }) })
  const delivery = await queue.take()
  expect(delivery.item.point.x).toBe(1)
  expect(delivery.item.error.code).toBe('E_NO')
  class OddError extends RangeError {}
  delivery.fail(new OddError('odd'))
  expect((await dead.get({ timeout: 20_000 })).error.message).toBe('odd')
}, 30_000)
