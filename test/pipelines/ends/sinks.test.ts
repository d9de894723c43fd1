import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable, Writable, type WritableOptions } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, it } from 'vitest'
import { checkSink, openSink } from '../../../src/pipelines/ends/index.ts'
import { until, within } from '../../support/deadline.ts'
import { runProcess } from '../../support/processes.ts'
import { errorOf, Hooks, turn, writeAll } from './drive.ts'

interface Collected {
  readonly stream: Writable
  readonly values: unknown[]
  readonly events: string[]
}

function collected(options: WritableOptions = {}): Collected {
  const values: unknown[] = []
  const stream = new Writable({
    objectMode: true,
    write: (value, _, callback) => {
      values.push(value)
      setImmediate(callback)
    },
    ...options,
  })
  const events: string[] = []
  for (const name of ['finish', 'error', 'close']) stream.on(name, () => events.push(name))
  return { stream, values, events }
}

describe('a sink', () => {
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['an array', []],
    ['a Readable', new Readable()],
    ['a ReadableStream', new ReadableStream()],
    ['a string', 'out.txt'],
  ])('cannot be %s', (_, given) => {
    expect(() => checkSink('sink', given)).toThrow(
      expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' }),
    )
  })

  it('that is a function is awaited for each value, and hears its index', async () => {
    const heard: unknown[] = []
    let underWay = 0
    const sink = openSink(
      async (value: unknown, index: number) => {
        heard.push([value, index, ++underWay])
        await turn()
        underWay--
      },
      new Hooks(),
      { end: true },
    )
    await writeAll(sink, ['a', 'b'])
    expect(heard).toEqual([
      ['a', 0, 1],
      ['b', 1, 1],
    ])
  })

  it('that is a synchronous function is not waited for', () => {
    const sink = openSink(() => 5, new Hooks(), { end: true })
    expect(sink.write(1, 0)).toBeUndefined()
  })

  it('that is a function fails by what it throws', async () => {
    const error = new Error('of the sink')
    const throws = openSink(
      () => {
        throw error
      },
      new Hooks(),
      { end: true },
    )
    expect(() => throws.write(1, 0)).toThrow(error)
    const rejects = openSink(() => Promise.reject(error), new Hooks(), { end: true })
    expect(await errorOf(rejects.write(1, 0) as Promise<void>)).toBe(error)
    await rejects.abort(error)
  })
})

describe('a Writable as a sink', () => {
  it('gets all, and has finished and closed at the end', async () => {
    const { stream, values, events } = collected()
    checkSink('sink', stream)
    await within(writeAll(openSink(stream, new Hooks(), { end: true }), [1, undefined, 'a']), 'the end')
    expect([values, events]).toEqual([
      [1, undefined, 'a'],
      ['finish', 'close'],
    ])
  })

  it('holds its writer back as long as it is full', async () => {
    const callbacks: (() => void)[] = []
    const { stream } = collected({
      highWaterMark: 3,
      write: (_, __, callback) => void callbacks.push(callback),
    })
    const sink = openSink(stream, new Hooks(), { end: true })
    expect([sink.write(0, 0), sink.write(1, 1)]).toEqual([undefined, undefined])
    let hasRoom = false
    const waits = sink.write(2, 2)?.then(() => {
      hasRoom = true
    })
    for (let written = 0; written < 3; written++) {
      await turn()
      expect(hasRoom).toBe(false)
      callbacks.shift()?.()
    }
    await within(waits as Promise<void>, 'room')
    await sink.abort(new Error('over'))
  })

  it('is left open with end: false, without a listener, when all is written', async () => {
    const { stream, values, events } = collected()
    const listeners = () => stream.eventNames().map((name) => [name, stream.listenerCount(name)])
    const before = listeners()
    for (let run = 0; run < 20; run++) {
      const sink = openSink(stream, new Hooks(), { end: false })
      await within(writeAll(sink, [run]), 'the end')
      expect(values).toHaveLength(run + 1)
    }
    const aborted = openSink(stream, new Hooks(), { end: false })
    await aborted.abort(new Error('over'))
    expect(listeners()).toEqual(before)
    expect([events, stream.destroyed]).toEqual([[], false])
  })

  it('that fails ends the run with its own error, between two writes too', async () => {
    const error = new Error('of the sink')
    const { stream } = collected()
    const hooks = new Hooks()
    const sink = openSink(stream, hooks, { end: true })
    await sink.write(1, 0)
    stream.destroy(error)
    await until(() => hooks.failures.length > 0, 'the run hears of it')
    expect(hooks.failures).toEqual([error])
    expect(() => sink.write(2, 1)).toThrow(error)
    await sink.abort(error)
  })

  it.each([
    ['of a write', { write: (_: unknown, __: unknown, callback: (e: Error) => void) => callback(ERROR) }],
    ['of final', { final: (callback: (e: Error) => void) => callback(ERROR) }],
  ])('rejects with the error %s', async (_, options) => {
    const { stream } = collected(options as WritableOptions)
    expect(
      await within(errorOf(writeAll(openSink(stream, new Hooks(), { end: true }), [1])), 'the error'),
    ).toBe(ERROR)
  })

  it('that closes too early fails as in core', async () => {
    const core = collected({ write: closes() })
    expect(await errorOf(pipeline(Readable.from([1, 2]), core.stream))).toMatchObject(PREMATURE)
    const { stream } = collected({ write: closes() })
    const sink = openSink(stream, new Hooks(), { end: true })
    expect(await within(errorOf(writeAll(sink, [1, 2])), 'the error')).toMatchObject(PREMATURE)
    await sink.abort(undefined)
  })

  it('that somebody has ended refuses further values as core does', async () => {
    const { stream } = collected()
    stream.end()
    const sink = openSink(stream, new Hooks(), { end: true })
    await turn()
    const error = await within(errorOf(writeAll(sink, [1, 2])), 'the error')
    expect(error).toMatchObject({ code: 'ERR_STREAM_WRITE_AFTER_END' })
  })

  it('refuses null, and names the index', () => {
    for (const objectMode of [true, false]) {
      const sink = openSink(collected({ objectMode }).stream, new Hooks(), { end: true })
      expect(() => sink.write(null, 7)).toThrow(
        expect.objectContaining({
          code: 'ERR_STREAM_NULL_VALUES',
          message: expect.stringContaining('index 7'),
        }),
      )
    }
  })

  it('takes strings and buffers unless it is of objects, and refuses others as core does', async () => {
    const stream = new PassThrough()
    const sink = openSink(stream, new Hooks(), { end: true })
    sink.write('ä', 0)
    sink.write(Buffer.from('b'), 1)
    expect(() => sink.write(5, 2)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }))
    const ended = sink.end()
    expect(await text(stream)).toBe('äb')
    await within(ended, 'the end')
  })

  it('is destroyed with the error when the run ends early, as by stream.pipeline', async () => {
    const outcomes = []
    for (const core of [true, false]) {
      const { stream, events } = collected()
      if (core) {
        const source = new Readable({
          objectMode: true,
          read() {
            this.destroy(ERROR)
          },
        })
        await errorOf(pipeline(source, stream))
        await until(() => stream.closed, 'the stream of core is closed')
      } else {
        const sink = openSink(stream, new Hooks(), { end: true })
        await within(sink.abort(ERROR), 'the abort')
      }
      outcomes.push({ events, errored: stream.errored, destroyed: stream.destroyed })
    }
    expect(outcomes[1]).toEqual(outcomes[0])
    expect(outcomes[1]).toMatchObject({ events: ['error', 'close'], errored: ERROR })
  })

  it('can be the response of an HTTP server', async () => {
    const server = createServer((_, response) => {
      const chunks = Array.from({ length: 50 }, () => 'x'.repeat(10_000))
      void writeAll(openSink(response, new Hooks(), { end: true }), chunks)
    })
    await new Promise<void>((resolve) => server.listen(0, resolve))
    try {
      const { port } = server.address() as AddressInfo
      const response = await new Promise<IncomingMessage>((resolve) => get({ port }, resolve))
      expect((await within(text(response), 'the response')).length).toBe(500_000)
    } finally {
      server.close()
    }
  })
})

describe('the standard output as a sink', () => {
  const open = new URL('../../../dist/src/pipelines/ends/index.js', import.meta.url).href
  const program = (then: string) => `
    import { openSink } from ${JSON.stringify(open)}
    const hooks = { wake() {}, signal: new AbortController().signal,
      fail(error) { console.error('failed', error.code) } }
    const sink = openSink(process.stdout, hooks, { end: true })
    ${then}`

  it('is never ended, nor destroyed', async () => {
    const { stdout, code } = await runProcess(
      program(`
        await sink.write('one\\n', 0)
        await sink.end()
        const other = openSink(process.stdout, hooks, { end: true })
        await other.write('two\\n', 0)
        await other.abort(new Error('over'))
        console.log('three', process.stdout.writableEnded, process.stdout.destroyed)`),
    )
    expect([stdout, code]).toEqual(['one\ntwo\nthree false false\n', 0])
  })

  it('fails by EPIPE when its reader is gone', async () => {
    const { stderr, code } = await runProcess(
      `import { spawn } from 'node:child_process'
      const child = spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(
        program(`
          process.stdin.resume()
          process.stdin.once('end', async () => {
            try { for (let i = 0; i < 1000; i++) await sink.write('x'.repeat(10_000), i) }
            catch (error) { console.error('thrown', error.code) }
          })`),
      )}], { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdout.destroy()
      child.stdout.on('close', () => child.stdin.end())
      child.on('exit', (code) => process.exit(code))`,
    )
    expect([stderr.split('\n').sort().filter(Boolean), code]).toEqual([['failed EPIPE', 'thrown EPIPE'], 0])
  })
})

describe('a WritableStream as a sink', () => {
  const stream = (heard: unknown[], sink: Sink = {}, mark = 1) =>
    new WritableStream(
      {
        write: (value) => void heard.push(value),
        close: () => void heard.push('close'),
        abort: (reason) => void heard.push(['abort', reason]),
        ...sink,
      },
      { highWaterMark: mark },
    )

  it('gets all, null too, is closed at the end, and unlocked', async () => {
    const heard: unknown[] = []
    const given = stream(heard)
    checkSink('sink', given)
    await within(writeAll(openSink(given, new Hooks(), { end: true }), [1, null]), 'the end')
    expect([heard, given.locked]).toEqual([[1, null, 'close'], false])
  })

  it('that somebody has locked ends the run', async () => {
    const given = stream([])
    given.getWriter()
    const hooks = new Hooks()
    const sink = openSink(given, hooks, { end: true })
    expect(hooks.failures).toEqual([expect.any(TypeError)])
    expect(await errorOf(sink.end())).toBe(hooks.failures[0])
    await sink.abort(hooks.failures[0])
  })

  it('stays open with end: false', async () => {
    const heard: unknown[] = []
    const given = stream(heard)
    await within(writeAll(openSink(given, new Hooks(), { end: false }), [1]), 'the end')
    await openSink(given, new Hooks(), { end: false }).abort(ERROR)
    expect([heard, given.locked]).toEqual([[1], false])
  })

  it('holds its writer back as long as it is full', async () => {
    let written = () => {}
    const given = stream(
      [],
      {
        write: () =>
          new Promise<void>((resolve) => {
            written = resolve
          }),
      },
      2,
    )
    const sink = openSink(given, new Hooks(), { end: true })
    expect(sink.write(1, 0)).toBeUndefined()
    let hasRoom = false
    const waits = sink.write(2, 1)?.then(() => {
      hasRoom = true
    })
    await turn()
    expect(hasRoom).toBe(false)
    written()
    await within(waits as Promise<void>, 'room')
    void sink.abort(ERROR)
    written()
  })

  it('is aborted with the reason when the run ends early', async () => {
    const heard: unknown[] = []
    const given = stream(heard)
    await within(openSink(given, new Hooks(), { end: true }).abort(ERROR), 'the abort')
    expect([heard, given.locked]).toEqual([[['abort', ERROR]], false])
  })

  it('that fails ends the run with its own error, by a write and between two', async () => {
    const rejects = stream([], { write: () => Promise.reject(ERROR) })
    const hooks = new Hooks()
    expect(
      await within(errorOf(writeAll(openSink(rejects, hooks, { end: true }), [1, 2])), 'the error'),
    ).toBe(ERROR)
    expect(hooks.failures).toEqual([ERROR])
    const between = new Hooks()
    let controller: WritableStreamDefaultController | undefined
    const given = stream([], {
      start: (one) => {
        controller = one
      },
    })
    const sink = openSink(given, between, { end: true })
    await sink.write(1, 0)
    controller?.error(ERROR)
    await until(() => between.failures.length > 0, 'the run hears of it')
    expect(between.failures).toEqual([ERROR])
    await within(errorOf(sink.abort(ERROR)), 'the abort')
  })
})

type Sink = NonNullable<ConstructorParameters<typeof WritableStream>[0]>

const ERROR = new Error('of the test')
const PREMATURE = { code: 'ERR_STREAM_PREMATURE_CLOSE' }

function closes(): WritableOptions['write'] & {} {
  return function (this: Writable) {
    this.destroy()
  }
}
