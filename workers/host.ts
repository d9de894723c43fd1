import { type MessagePort, setEnvironmentData, threadId } from 'node:worker_threads'
import { packError } from '../src/error-transport.ts'
import {
  attachLimiterWith,
  detachLimiters,
  LIMITER,
  type QuotaFunction,
  type QuotaReference,
} from '../src/limits/index.ts'
import type {
  CallArgs,
  Outcome,
  RunMessage,
  Target,
  ThreadContext,
  ThreadFunction,
  ThreadMessage,
} from '../src/protocol/index.ts'
import { ANCESTRY, Lane, RunWords, unpackArgs } from '../src/protocol/index.ts'
import { detachAll, itemsLeft, listen } from '../src/queue/index.ts'
import { setLink } from '../src/thread-link.ts'
import { setImmediate } from '../src/timers.ts'
import { findInside, isUnsendable, refuseUnsendable } from '../src/unsendable.ts'
import { Consumer } from './consume.ts'
import { Leftovers, noteUncaught } from './leftovers.ts'
import { type AnyFunction, isLoadingError, loadFunction } from './load-function.ts'
import { log } from './log.ts'
import { Producer } from './produce.ts'
import { Stage } from './stage.ts'
import { SupervisorLink } from './supervisor-link.ts'

/**
 * Runs the functions that the messages on `port` name, one after another: the starter sends the next message
 * when the thread has said that the last run has ended. The thread ends when its starter terminates it.
 */
export function serve(port: MessagePort): void {
  noteUncaught()
  // Its listeners are there before those of a function are counted.
  listen()
  port.on('message', (message: RunMessage) => {
    const control = new RunWords(message.words)
    if (control.begin(threadId)) void runAndReport(message, control)
  })
}

async function runAndReport(message: RunMessage, control: RunWords): Promise<void> {
  const link = new SupervisorLink(control, message.port)
  const { outcome, leftovers } = await run(message, control, link)
  // A thread that is terminated while it loads a module goes on with a part of the module (Node 22 and
  // later), and throws because something is missing. It does not get past this wait, so the run ends by the
  // thread's death, and not by that error.
  if (outcome.kind === 'threw') await new Promise((resolve) => setImmediate(resolve))
  // Report the outcome before the signal aborts: a listener of the signal may kill the thread, for example by
  // a promise rejection that nothing handles.
  postOutcome(message.port, outcome)
  // Abort the signal before the queues are detached: its listeners may still put.
  link.end()
  const holdsItems = itemsLeft().length > 0
  const isCall = message.role.kind === 'run'
  detachAll()
  detachLimiters()
  // The last acts of the function may write, or go uncaught, only after its ticks and promises.
  await new Promise((resolve) => setImmediate(resolve))
  await flushed(process.stdout)
  await flushed(process.stderr)
  const unfit = message.mayStay ? await unfitBy(outcome, holdsItems, leftovers, isCall) : undefined
  // A part of the function that still runs may not start threads, or speak for the next function.
  if (message.mayStay) setLink(undefined)
  post(message.port, { kind: 'ended', unfit })
  message.port.close()
}

/** Says why this thread cannot run another function; undefined if it can. */
async function unfitBy(
  outcome: Outcome,
  holdsItems: boolean,
  leftovers: Leftovers | undefined,
  isCall: boolean,
): Promise<string | undefined> {
  // A call of `run` may throw as its result.
  if (outcome.kind === 'threw' && !outcome.isStop && (!isCall || outcome.failedDuringSetUp)) {
    return 'a function that threw'
  }
  if (outcome.kind === 'returned' && outcome.isRecycled) return 'its share of items done (recycle)'
  if (holdsItems) return 'held items'
  return leftovers?.found()
}

interface Ending {
  readonly outcome: Outcome
  /** Undefined if the module could not be loaded. */
  readonly leftovers: Leftovers | undefined
}

async function run(message: RunMessage, control: RunWords, link: SupervisorLink): Promise<Ending> {
  let isSettingUp = true
  let leftovers: Leftovers | undefined
  const threw = (error: unknown): Outcome => ({
    kind: 'threw',
    error: packError(error),
    failedDuringSetUp: isSettingUp,
    mayLoadOtherwise: isLoadingError(error),
    isStop: link.isAnswer(error),
  })
  try {
    setLink(link)
    setEnvironmentData(ANCESTRY, [...message.ancestry])
    const call = await loadFunction(message.filename, message.target, message.loader)
    const named = (name: string | undefined) =>
      name === undefined
        ? undefined
        : loadFunction(message.filename, { kind: 'export', name }, message.loader)
    const around = { setup: await named(message.setup), teardown: await named(message.teardown) }
    if (message.mayStay) leftovers = new Leftovers()
    const failing = (error: unknown) => post(message.port, { kind: 'ending', outcome: threw(error) })
    const attached = await attach(message, control, failing)
    link.watch(attached.queues)
    isSettingUp = false
    link.hasBegun = true
    post(message.port, { kind: 'began' })
    const thread = contextOf(message, attached, link)
    const value = await callBetween(around, thread, () =>
      callFunction(call, message, attached, thread, control),
    )
    const isRecycled = attached.consumer?.isRecycled ?? false
    return { outcome: { kind: 'returned', value, left: itemsLeft(), isRecycled }, leftovers }
  } catch (error) {
    return { outcome: threw(error), leftovers }
  }
}

/** The queues of the run, attached to this thread. */
interface Attached {
  readonly producer: Producer | undefined
  readonly consumer: Consumer | undefined
  readonly args: unknown
  /** The item of the role 'run'; undefined for other roles. */
  readonly item: unknown
  /** The queues among the arguments, then the one that the thread produces for. */
  readonly queues: readonly object[]
}

async function attach(
  { role, port, calls, loader, args: packed }: RunMessage,
  control: RunWords,
  failing: (error: unknown) => void,
): Promise<Attached> {
  const loadQuota = ({ filename, target }: QuotaReference) =>
    loadFunction(filename, target as Target, loader) as Promise<QuotaFunction>
  const limiter =
    'limiter' in role && role.limiter !== undefined
      ? (await attachLimiterWith(role.limiter, loadQuota))[LIMITER]
      : undefined
  // The producer is attached before the arguments, so that the queue counts all its puts for this producer.
  const producer =
    role.kind === 'produce'
      ? await Producer.attach(role, { leaving: () => post(port, { kind: 'leaving' }), failing })
      : undefined
  const consumer =
    role.kind === 'consume' || role.kind === 'stage'
      ? await Consumer.attach(role, calls, control, limiter, {
          deadLettered: (error, attempts) =>
            post(port, { kind: 'deadLettered', error: packError(error), attempts }),
          failing,
        })
      : undefined
  const { args: given, queues } = await unpackArgs(packed, loadQuota)
  const { item, args } = role.kind === 'run' ? (given as CallArgs) : { item: undefined, args: given }
  const used = producer === undefined ? queues : [...queues, producer.queue]
  return { producer, consumer, args, item, queues: used }
}

function contextOf(message: RunMessage, { producer, args }: Attached, link: SupervisorLink): ThreadContext {
  return {
    index: message.index,
    threads: message.threads,
    threadId,
    args,
    restarts: message.restarts,
    get stored() {
      return producer?.stored ?? 0
    },
    get stopping() {
      return link.stopRequested
    },
    signal: link.signal,
    log,
  }
}

/** Functions that are called before another function and after it. */
interface Around {
  readonly setup: AnyFunction | undefined
  readonly teardown: AnyFunction | undefined
}

/** The error of `teardown` counts unless there is one before. */
async function callBetween(
  { setup, teardown }: Around,
  thread: ThreadContext,
  call: () => Promise<unknown>,
): Promise<unknown> {
  const callWithArgs = async (fn: AnyFunction | undefined) =>
    (fn as ThreadFunction<unknown, unknown> | undefined)?.(thread.args, thread)
  await callWithArgs(setup)
  let value: unknown
  try {
    value = await call()
  } catch (error) {
    await callWithArgs(teardown).catch(() => {})
    throw error
  }
  await callWithArgs(teardown)
  return value
}

/** Calls the function as its role says: with each item, for items, once, or not. */
async function callFunction(
  call: AnyFunction,
  { role, calls, loader }: RunMessage,
  { producer, consumer, args, item }: Attached,
  thread: ThreadContext,
  control: RunWords,
): Promise<unknown> {
  if (role.kind === 'load') return undefined
  if (consumer !== undefined && role.kind === 'stage') {
    const others = await Promise.all(
      role.steps.slice(1).map((step) => loadFunction(step.filename, step.target, loader)),
    )
    const stage = await Stage.attach(role, [call, ...others], thread)
    await consumer.callEach(stage.call, thread, stage)
    return stage.wake()
  }
  if (consumer !== undefined) return consumer.consume(call, thread)
  if (role.kind === 'run') return callWithItem(call, item, thread, calls)
  const callOnce = () => (call as ThreadFunction<unknown, unknown>)(args, thread)
  return producer === undefined ? callOnce() : producer.produce(callOnce, control, thread.signal)
}

/** A call that took too long does not end: its thread is being terminated. */
async function callWithItem(
  call: AnyFunction,
  item: unknown,
  thread: ThreadContext,
  words: Int32Array | undefined,
): Promise<unknown> {
  const lane = words && new Lane(words, 0)
  const inTime = () => (lane?.end() === false ? new Promise<never>(() => {}) : undefined)
  lane?.begin(0)
  try {
    const result = (call as (item: unknown, thread: ThreadContext) => unknown)(item, thread)
    lane?.waits()
    const value = await result
    await inTime()
    return value
  } catch (error) {
    await inTime()
    throw error
  }
}

function post(port: MessagePort, message: ThreadMessage): void {
  port.postMessage(message)
}

/** Posts the outcome. If the returned value cannot be sent, it posts an error that says so instead. */
function postOutcome(port: MessagePort, outcome: Outcome): void {
  try {
    if (outcome.kind === 'returned') {
      const found = findInside(outcome.value, isUnsendable)
      if (found !== undefined) refuseUnsendable(found)
    }
    post(port, { kind: 'ending', outcome })
  } catch (cause) {
    const isIterator = typeof (outcome as { value?: Iterator<unknown> }).value?.next === 'function'
    const hint = isIterator ? 'the items of a generator are for `produce`' : (cause as Error).message
    const message = `the function returned what cannot be cloned to another thread: ${hint}`
    const error = Object.assign(new TypeError(message, { cause }), { code: 'ERR_INVALID_RETURN_VALUE' })
    const failure: Outcome = {
      kind: 'threw',
      error: packError(error),
      failedDuringSetUp: false,
      isStop: false,
    }
    post(port, { kind: 'ending', outcome: failure })
  }
}

/**
 * Resolves when everything written to the stream has left this thread. It leaves piece by piece, and what is
 * left when the thread ends is lost.
 */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => stream.write('', () => resolve()))
}
