import { Readable, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSink } from '../../../src/pipelines/ends/index.ts'
import { within } from '../../support/deadline.ts'
import { Driven, Hooks, turn } from './drive.ts'

/** Never settles. */
const silence = () => new Promise<never>(() => {})

const warnings: Error[] = []
const hear = (warning: Error) => warnings.push(warning)

beforeEach(() => void process.on('warning', hear))
afterEach(() => {
  process.off('warning', hear)
  warnings.length = 0
})

it('ends that never close hold the run for 5 s, and then one warning each says what is left', async () => {
  const neverClosed = { destroy: () => {} }
  const driven = [
    new Driven(
      (async function* () {
        await silence()
        yield 1
      })(),
    ),
    new Driven({ [Symbol.asyncIterator]: () => ({ next: silence, return: silence }) }),
    new Driven(silence),
    new Driven(async () => ({ [Symbol.asyncIterator]: () => ({ next: silence, return: silence }) })),
    new Driven(new Readable({ read() {}, ...neverClosed })),
    new Driven(new ReadableStream({ cancel: silence })),
  ]
  for (const one of driven) void one.next()
  const options = { end: true }
  const sinks = [
    openSink(silence, new Hooks(), options),
    openSink(new Writable({ objectMode: true, write() {}, ...neverClosed }), new Hooks(), options),
    openSink(new WritableStream({ abort: silence }), new Hooks(), options),
  ]
  for (const sink of sinks) void sink.write(1, 0)
  await turn()
  const since = performance.now()
  const closings = [
    ...driven.map((one) => one.return()),
    ...sinks.map((sink) => sink.abort(new Error('over'))),
  ]
  await within(Promise.all(closings), 'all are closed')
  // Timers are not early, but the clocks of timers and tests differ by a millisecond.
  expect(performance.now() - since).toBeGreaterThan(4990)
  await turn()
  const told = warnings.map((warning) => `${(warning as NodeJS.ErrnoException).code}: ${warning.message}`)
  expect(told.map((text) => text.replace(/ within 5 s: it is left open$/, ''))).toEqual([
    'MILLRACE_SOURCE_OPEN: the run has ended, and the return() of its source has not settled',
    'MILLRACE_SOURCE_OPEN: the run has ended, and the return() of its source has not settled',
    'MILLRACE_SOURCE_OPEN: the run has ended, and the promise of the function that is its source has not settled',
    'MILLRACE_SOURCE_OPEN: the run has ended, and the return() of its source has not settled',
    "MILLRACE_SOURCE_OPEN: the run has ended, and its source, a Readable, has not emitted 'close'",
    'MILLRACE_SOURCE_OPEN: the run has ended, and the cancel() of its source has not settled',
    'MILLRACE_SINK_OPEN: the run has ended, and the promise of its sink, a function, has not settled',
    "MILLRACE_SINK_OPEN: the run has ended, and its sink, a Writable, has not emitted 'close'",
    'MILLRACE_SINK_OPEN: the run has ended, and the abort() of its sink has not settled',
  ])
})
