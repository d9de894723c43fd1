import { describe, expect, it } from 'vitest'
import { program } from './process.ts'

const fixtures = new URL('./fixtures/', import.meta.url).href

/**
 * An endless producer, and a consumer that hands each item back to the main thread.
 */
const PIPELINE = `
  const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args, threads: 1 })
  const supervisor = new millrace.Supervisor({ name: 'mill', handleSignals: true })
  const queue = new millrace.Queue({ codec: millrace.codecs.int32, maxsize: 4, name: 'shelf' })
  const words = new Int32Array(new SharedArrayBuffer(32))
  supervisor.produce(queue, task('produce.mjs', 'endless'))
  supervisor.consume(queue, task('consume.mjs', 'waitsForWord', { words }))
  const full = setInterval(() => {
    if (queue.size < 4 || words[0] < 1) return
    clearInterval(full)
    console.log('full')
  }, 1)
  supervisor.signal.addEventListener('abort', () => {
    console.log('asked:', supervisor.signal.reason.message)
  })
  const listeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
  console.log('listeners', listeners())
`

describe('handleSignals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'stops producers with the first %s, and lets what is queued be finished',
    async (name, code) => {
      const running = program(`${PIPELINE}
      supervisor.signal.addEventListener('abort', () => Atomics.store(words, 1, 1))
      const { stoppedBy, groups, queues } = await supervisor.join()
      console.log('report', stoppedBy.message, queues[0].left, queues[0].unfinished)
      console.log('all', groups[0].stored === words[0] && words[0] >= 5)
      // The listeners stay a moment longer, for a second copy of the same signal.
      while (listeners() > 0) await new Promise((resolve) => setTimeout(resolve, 1))
      console.log('no listeners')`)
      await running.says('full')
      running.signal(name)
      const ended = await running.ended()
      expect(ended.stderr).toBe('')
      expect(ended.stdout.split('\n')).toEqual([
        'listeners 2',
        'full',
        `asked: interrupted by ${name}`,
        `report interrupted by ${name} 0 0`,
        'all true',
        'no listeners',
        '',
      ])
      expect([ended.code, ended.signal]).toEqual([code, null])
    },
  )

  it.each(['SIGINT', 'SIGTERM'] as const)('ends at once with the second %s', async (name) => {
    // The call under way never ends.
    const running = program(`${PIPELINE} await supervisor.join()`)
    await running.says('full')
    running.signal(name)
    await running.says('asked:')
    // A signal that comes at once would count as the first.
    running.insists(name)
    const { code, signal } = await running.ended()
    expect([code, signal]).toEqual([null, name])
  })

  it('counts a signal that comes again at once as the first', async () => {
    const running = program(`${PIPELINE}
      supervisor.signal.addEventListener('abort', () => {
        setImmediate(() => {
          process.emit('SIGINT', 'SIGINT')
          Atomics.store(words, 1, 1)
        })
      })
      const { queues } = await supervisor.join()
      console.log('left', queues[0].left)`)
    await running.says('full')
    running.signal('SIGINT')
    const { code, stdout } = await running.ended()
    expect([code, stdout.endsWith('left 0\n')]).toEqual([130, true])
  })

  const handMade = (grace: number) => `
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args })
      const supervisor = new millrace.Supervisor({ handleSignals: true, grace: ${grace} })
      const queue = new millrace.Queue({ maxsize: 2, name: 'shelf' })
      const words = new Int32Array(new SharedArrayBuffer(32))
      const producer = supervisor.spawn(task('stopping.mjs', 'putsAndShutsDown', { queue, items: [1, 2, 3, 4] }))
      const waits = () => queue.stats().threads.some(({ waiting }) => waiting.includes('put'))
      while (!waits()) await new Promise(setImmediate)`

  it('lets threads go on that are still starting, until their use of queues is known', async () => {
    const running = program(`${handMade(20_000)}
      const consumer = supervisor.spawn(task('stopping.mjs', 'takesWhileAsked', { queue, words }))
      process.emit('SIGINT', 'SIGINT')
      const { queues } = await supervisor.join()
      console.log('took', ...(await consumer.join()), 'left', queues[0].left)`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout, stderr, code]).toEqual(['took 4 left 0\n', '', 130])
  })

  it('asks threads that have used no queue within `grace`, and terminates them after as much again', async () => {
    const running = program(`${handMade(300)}
      const idle = supervisor.spawn(task('stopping.mjs', 'neverEnds', { queue }))
      await new Promise((resolve) => supervisor.on('start', ({ group }) => group === 'neverEnds' && resolve()))
      process.emit('SIGINT', 'SIGINT')
      const failure = await supervisor.join().catch((error) => error)
      for (const error of failure.errors) console.log(error.message.replace(/ \\(.*\\)/, ''))`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout.split('\n'), stderr, code]).toEqual([
      [
        "thread 0 of group 'putsAndShutsDown' did not stop within 300 ms and was terminated",
        "thread 0 of group 'neverEnds' did not stop within 300 ms and was terminated",
        '',
      ],
      '',
      130,
    ])
  })

  it('asks threads after `grace` that wait for items that no one puts', async () => {
    const running = program(`
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args, threads: 1 })
      const supervisor = new millrace.Supervisor({ handleSignals: true, grace: 300 })
      const queue = new millrace.Queue({ name: 'shelf' })
      const words = new Int32Array(new SharedArrayBuffer(32))
      const producer = supervisor.spawn(task('stopping.mjs', 'putsUntilAsked', { queue }))
      supervisor.consume(queue, task('consume.mjs', 'adds', { words }))
      while (words[0] === 0) await new Promise(setImmediate)
      process.emit('SIGINT', 'SIGINT')
      const { queues } = await supervisor.join()
      const [put] = await producer.join()
      console.log('finished all', put === words[0], 'left', queues[0].left)`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout, stderr, code]).toEqual(['finished all true left 0\n', '', 130])
  })

  it('asks a producer at once, even if it has other queues', async () => {
    const running = program(`
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args, threads: 1 })
      const supervisor = new millrace.Supervisor({ handleSignals: true, grace: 60_000 })
      const [queue, other] = [new millrace.Queue({ maxsize: 4 }), new millrace.Queue()]
      const words = new Int32Array(new SharedArrayBuffer(32))
      supervisor.produce(queue, task('produce.mjs', 'endless', { other }))
      supervisor.consume(queue, task('consume.mjs', 'adds', { words }))
      while (words[0] === 0) await new Promise(setImmediate)
      process.emit('SIGINT', 'SIGINT')
      const { queues } = await supervisor.join()
      console.log('left', queues[0].left)`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout, stderr, code]).toEqual(['left 0\n', '', 130])
  })

  it('leaves the second signal to other listeners', async () => {
    const running = program(`${handMade(20_000)}
      let heard = 0
      process.on('SIGINT', () => heard++)
      process.emit('SIGINT', 'SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 300))
      process.emit('SIGINT', 'SIGINT')
      const { code } = await supervisor.join().catch((error) => error)
      console.log(code, 'heard', heard)`)
    const { stdout, signal } = await running.ended()
    expect([stdout, signal]).toEqual(['ABORT_ERR heard 2\n', null])
  })

  it('starts no more threads', async () => {
    const running = program(`${handMade(20_000)}
      process.emit('SIGINT', 'SIGINT')
      try {
        supervisor.spawn(task('plain.mjs', 'index'))
      } catch ({ code, message }) {
        console.log(code, message)
      }
      queue.shutdown()`)
    const { stdout } = await running.ended()
    expect(stdout).toBe('ERR_SUPERVISOR_CLOSED the supervisor was asked to stop: it starts no more threads\n')
  })

  it('has no listeners before threads run, and none once they are over', async () => {
    const running = program(`
      const supervisor = new millrace.Supervisor({ handleSignals: true })
      const listeners = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM')
      const counts = [listeners()]
      const task = { filename: ${JSON.stringify(fixtures)} + 'plain.mjs', name: 'index' }
      const groups = [supervisor.spawn(task), supervisor.spawn(task)]
      counts.push(listeners())
      await Promise.all(groups.map((group) => group.join()))
      counts.push(listeners())
      await supervisor.spawn(task).join()
      counts.push(listeners())
      console.log(...counts)`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout, stderr, code]).toEqual(['0 2 0 0\n', '', 0])
  })

  it('is off by default: the first SIGINT ends the process', async () => {
    const running = program(
      `${PIPELINE.replace('handleSignals: true', 'handleSignals: false')} await supervisor.join()`,
    )
    await running.says('full')
    running.signal('SIGINT')
    const { stdout, signal } = await running.ended()
    expect(signal).toBe('SIGINT')
    expect(stdout).toBe('listeners 0\nfull\n')
  })
})

describe('a listener that throws', () => {
  it.each(['start', 'exit', 'restart', 'error'])(
    "to '%s' delays nothing: its error is an uncaught exception",
    async (event) => {
      const running = program(`
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args })
      const supervisor = new millrace.Supervisor({ restart: { max: 1 } })
      const uncaught = []
      process.on('uncaughtException', ({ message }) => uncaught.push(message))
      supervisor.on(${JSON.stringify(event)}, () => {
        throw new Error('listener')
      })
      const words = new Int32Array(new SharedArrayBuffer(64))
      const dies = supervisor.spawn(task('deaths.mjs', 'alwaysDies', { words }))
      const failure = await dies.join().catch((error) => error)
      const endless = [1, 2].map(() => supervisor.spawn(task('stopping.mjs', 'neverEnds')))
      while (supervisor.stats().groups.some(({ members }) => members[0].state === 'starting')) {
        await new Promise(setImmediate)
      }
      await supervisor.destroy()
      const ends = await Promise.allSettled(endless.map((group) => group.join()))
      console.log(failure.code, ...ends.map(({ reason }) => reason.code), uncaught.length > 0, new Set(uncaught).size)`)
      const { code, stdout, stderr } = await running.ended()
      expect([stdout, stderr, code]).toEqual(['ERR_THREAD ABORT_ERR ABORT_ERR true 1\n', '', 0])
    },
  )
})

describe('the process', () => {
  it('ends by itself when all groups are over, joined or not', async () => {
    const running = program(`
      const supervisor = new millrace.Supervisor()
      const queue = new millrace.Queue({ maxsize: 2 })
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args })
      const words = new Int32Array(new SharedArrayBuffer(32))
      supervisor.produce(queue, task('produce.mjs', 'numbers', { count: 10 }))
      supervisor.consume(queue, task('consume.mjs', 'adds', { words }))
      process.on('exit', () => console.log('sum', words[1]))`)
    const { code, stdout, stderr } = await running.ended()
    expect([stdout, stderr, code]).toEqual(['sum 45\n', '', 0])
  })

  it('stays while a thread works, or waits', async () => {
    const running = program(`
      const supervisor = new millrace.Supervisor({ restart: { backoff: 100 } })
      const task = (file, name, args) => ({ filename: ${JSON.stringify(fixtures)} + file, name, args })
      const words = new Int32Array(new SharedArrayBuffer(64))
      supervisor.spawn(task('deaths.mjs', 'dies', { how: 'exit', words }))
      process.on('exit', () => console.log('runs', words[0]))`)
    const { code, stdout } = await running.ended()
    expect([stdout, code]).toEqual(['runs 2\n', 0])
  })
})
