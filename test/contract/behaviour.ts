import assert from 'node:assert/strict'
import type { Kind } from './kinds.ts'
import type { Context, Trial } from './trial.ts'
import { quiet } from './users.ts'

/** A behaviour that queues of every kind have, in every context of their users. */
export interface Behaviour {
  /**
   * Its source: a test of CPython's test_queue.py, or of JSR-166's BlockingQueueTest and
   * ArrayBlockingQueueTest.
   */
  readonly source: `CPython ${string}` | `JSR-166 ${string}`
  /** A fact in the present tense. */
  readonly fact: string
  /** 'each' runs it at every capacity from 1 to 64. A number runs it at this one, from every start. */
  readonly capacity: 'each' | number
  /** It starts threads of its own, so it is run from one start only. */
  readonly startsThreads?: true
  /** Answers the reason if the behaviour does not apply, undefined if it does. */
  readonly notFor?: (kind: Kind, context: Context) => string | undefined
  run(trial: Trial): Promise<void>
}

const NAMES: Record<string, string> = {
  ERR_QUEUE_FULL: 'QueueFullError',
  ERR_QUEUE_EMPTY: 'QueueEmptyError',
  ERR_QUEUE_SHUT_DOWN: 'QueueShutDownError',
  ERR_TASK_DONE: 'TaskDoneError',
  ERR_WAIT_TIMEOUT: 'WaitTimeoutError',
  ERR_CODEC: 'CodecError',
  ERR_OUT_OF_RANGE: 'RangeError',
  ERR_INVALID_ARG_TYPE: 'TypeError',
  ABORT_ERR: 'AbortError',
}

/** Asserts that the call rejects with this code and its class. Resolves with the error. */
export function fails(call: Promise<unknown>, code: string): Promise<Record<string, unknown>> {
  const failed = call.then(
    (value) => assert.fail(`${code} expected, got the value ${JSON.stringify(value)}`),
    (error) => {
      assert.deepEqual({ code: error.code, name: error.name }, { code, name: NAMES[code] }, error.message)
      return error
    },
  )
  return quiet(failed)
}

export const full = (call: Promise<unknown>) => fails(call, 'ERR_QUEUE_FULL')
export const empty = (call: Promise<unknown>) => fails(call, 'ERR_QUEUE_EMPTY')
export const ended = (call: Promise<unknown>) => fails(call, 'ERR_QUEUE_SHUT_DOWN')

/** Timers may fire this much too early. */
const EARLY_MS = 1

/** Asserts that the call fails with this code, and not before `timeout` ms have passed. */
export async function timesOut(call: () => Promise<unknown>, code: string, timeout: number): Promise<void> {
  const began = performance.now()
  await fails(call(), code)
  const waited = performance.now() - began
  assert.ok(waited >= timeout - EARLY_MS, `a timeout of ${timeout} ms ended after ${waited} ms`)
}
