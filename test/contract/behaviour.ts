import assert from 'node:assert/strict'
import type { Kind } from './kinds.ts'
import type { Context, Scene } from './scene.ts'
import { quiet } from './users.ts'

/** One thing that a queue does, whatever its kind and wherever its users are. */
export interface Behaviour {
  /** Where it comes from: the test of CPython's test_queue.py, or of JSR-166's BlockingQueueTest and ArrayBlockingQueueTest. */
  readonly source: `CPython ${string}` | `JSR-166 ${string}`
  /** A fact in the present tense. */
  readonly fact: string
  /** 'each': it is run at every capacity from 1 to 64. Else at this one, from every start. */
  readonly capacity: 'each' | number
  /** It starts threads for itself, so it is run from one start only. */
  readonly startsThreads?: true
  /** The reason, where it does not apply. */
  readonly notFor?: (kind: Kind, context: Context) => string | undefined
  run(scene: Scene): Promise<void>
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

/** The call rejects with the error of this code. Returns it. */
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

/** ms; timers of a call may be early by this much. */
const EARLY = 1

/** The call fails so, and not before `timeout` ms have passed. */
export async function lapses(call: () => Promise<unknown>, code: string, timeout: number): Promise<void> {
  const began = performance.now()
  await fails(call(), code)
  const waited = performance.now() - began
  assert.ok(waited >= timeout - EARLY, `a timeout of ${timeout} ms lapsed after ${waited} ms`)
}
