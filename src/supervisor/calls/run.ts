import { integer, invalidValue, type Known, optionsObject } from '../../check.ts'
import { AbortError } from '../../errors.ts'
import { type Arguments, packArgs, placeIn, refuseSelfStart } from '../../protocol/index.ts'
import { durationOf, signalOf } from '../../queue/index.ts'
import type { Takes, ThreadedFunction } from '../../threaded/index.ts'
import { onAbort } from '../../wait/index.ts'
import { framesAbove } from '../call-site.ts'
import { Group, type GroupPlan, thrownIn } from '../groups/index.ts'
import { type ItemArgs, type ResultAfter, type ThreadTask, workOf } from '../tasks/index.ts'
import { freeThread, returnThread } from './free-threads.ts'
import { NOBODY, PLAIN } from './unsupervised.ts'

/** The options of `run`. */
export interface RunOptions<A = unknown> {
  /**
   * `thread.args` of the function: any value that structured clone can clone. Queues in plain objects and
   * arrays arrive attached.
   * @default undefined
   */
  readonly args?: A | undefined
  /**
   * ms the call may take once it has begun, 1 to 2^31 - 1. Then its thread is terminated, and the call has
   * failed by a RunTimeoutError.
   * @default no limit
   */
  readonly timeout?: number | undefined
  /**
   * Its abort ends the call: a call that waits for a thread does not begin; one under way is asked to stop
   * (`thread.signal`), and its thread is terminated after `grace`.
   * @default none
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Further calls after one that has failed: by a throw, by the death of its thread, or by `timeout`; 0 to
   * 2^31 - 1. A kept thread that dies by an uncaught error may have got that from an earlier function: the
   * call is made again on a new thread, and this does not count.
   * @default 0
   */
  readonly retries?: number | undefined
  /**
   * ms until the thread of an aborted call is terminated, 0 to 2^31 - 1.
   * @default 50
   */
  readonly grace?: number | undefined
}

/** The parameters after a function whose args have the type A. They must have `args` if it needs some. */
type RunOptionsAfter<A> = unknown extends A
  ? // biome-ignore lint/suspicious/noExplicitAny: any args
    [options?: RunOptions<any>]
  : undefined extends A
    ? [options?: RunOptions<A>]
    : [options: RunOptions<A> & { readonly args: A }]

const KNOWN: Known<RunOptions> = { args: true, timeout: true, signal: true, retries: true, grace: true }
const MAX = 0x7fffffff

/**
 * Calls a function once as `(item, thread)` on a kept thread, or on a new one if none is there, and resolves
 * with what it returns. `item` is cloned. At most as many calls are under way as the process has cores
 * (`os.availableParallelism()`), less the threads of groups that name no number; the others wait, in order.
 *
 * @example
 *     const hash = threaded(import.meta, (text: string) => createHash('sha256').update(text).digest('hex'))
 *     console.log(await run(hash, 'flour', { timeout: 1000 }))
 *
 * @throws what the function threw; ThreadError if its thread died, or the function could not be loaded;
 *   RunTimeoutError; AbortError; TypeError, RangeError for a wrong argument, and for a function that no
 *   thread can find
 */
export function run<F>(
  fn: ThreadedFunction<F>,
  item: F extends (...parameters: infer P) => unknown ? P[0] : unknown,
  ...options: RunOptionsAfter<ItemArgs<F>>
): Promise<ResultAfter<F, unknown>>
export function run<T, A = undefined, R = unknown>(
  // biome-ignore lint/suspicious/noExplicitAny: the options have the type of its args
  task: ThreadTask<A, R> & Takes<T, any>,
  item: T,
  options?: RunOptions,
): Promise<R>
export async function run(given: unknown, item: unknown, options?: unknown): Promise<unknown> {
  const frames = framesAbove(run)
  refuseSelfStart(placeIn(frames))
  const plan = planOf(given, item, options as RunOptions | undefined)
  const signal = signalOf(options as RunOptions | undefined)
  const aborted = () => new AbortError(signal?.reason)
  if (signal?.aborted) throw aborted()
  await freeThread(signal).catch(() => {
    throw aborted()
  })
  try {
    // The program may have aborted it since, in the same turn.
    if (signal?.aborted) throw aborted()
    return await callIn(plan, frames, signal)
  } finally {
    returnThread()
  }
}

async function callIn(plan: GroupPlan, frames: string, signal: AbortSignal | undefined): Promise<unknown> {
  const group = new Group(0, plan, frames, NOBODY)
  const undo = signal && onAbort(signal, () => void group.stopWithin(signal.reason, plan.grace))
  try {
    const [result] = await group.join()
    if (signal?.aborted) throw new AbortError(signal.reason)
    return result
  } catch (error) {
    if (signal?.aborted) throw new AbortError(signal.reason)
    const thrown = thrownIn(error)
    throw thrown === undefined ? error : thrown.value
  } finally {
    undo?.()
  }
}

function planOf(given: unknown, item: unknown, options: RunOptions | undefined): GroupPlan {
  const { found, options: ofTask } = workOf(given, undefined)
  for (const [name, value] of Object.entries(ofTask)) {
    if (value !== undefined && !Object.hasOwn(KNOWN, name))
      throw invalidValue(`task.${name}`, 'absent: it is for groups of threads', value)
  }
  const { args, timeout, retries, grace } = {
    ...ofTask,
    ...defined(optionsObject('options', options, KNOWN)),
  }
  const max = integer('options.retries', retries, 0, MAX, 0)
  const timeoutMs = timeout === undefined ? undefined : integer('options.timeout', timeout, 1, MAX)
  return {
    ...PLAIN,
    task: { ...found, threads: 1 },
    args: packCall(item, args),
    roleOf: () => ({ kind: 'run' }),
    calls: { concurrency: 1, timeoutMs, decide: () => 0 },
    restart: { max, within: MAX, backoff: 0, onThrow: true, option: 'retries' },
    grace: grace === undefined ? 50 : durationOf('options.grace', grace),
  }
}

/** @throws TypeError that names which of the two cannot be sent */
function packCall(item: unknown, args: unknown): Arguments {
  try {
    return packArgs('item', { item, args }, item)
  } catch (error) {
    packArgs('options.args', args)
    throw error
  }
}

/** An option that is given as undefined counts as absent. */
function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
