import { type MessagePort, setEnvironmentData, threadId } from 'node:worker_threads'
import { packError } from '../src/error-transport.ts'
import type {
  Outcome,
  RunMessage,
  ThreadContext,
  ThreadFunction,
  ThreadMessage,
} from '../src/protocol/index.ts'
import { ANCESTRY, RunWords, unpackArgs } from '../src/protocol/index.ts'
import { detachAll, itemsLeft } from '../src/queue/index.ts'
import { setLink } from '../src/thread-link.ts'
import { setImmediate } from '../src/timers.ts'
import { findInside, isUnsendable, refuseUnsendable } from '../src/unsendable.ts'
import { Consumer } from './consume.ts'
import { isBlamedOnWay, loadFunction } from './load.ts'
import { log } from './log.ts'
import { Producer } from './produce.ts'
import { SupervisorLink } from './supervisor-link.ts'

/**
 * Runs one function in this thread, as the supervisor's message says, and reports how it ended. It never
 * returns: the thread takes no other task, and ends with its group.
 */
export async function host(message: RunMessage): Promise<never> {
  const control = new RunWords(message.words)
  if (control.begin(threadId)) {
    const supervision = new SupervisorLink(control, message.port)
    const outcome = await run(message, control, supervision)
    // A thread that is terminated while a module is evaluated goes on with what is there of it (Node 22 and
    // later), and throws since something is not. It comes to no other turn: its end is its death, not what it
    // threw.
    if (outcome.kind === 'threw') await new Promise((resolve) => setImmediate(resolve))
    // First: the thread may die of what is tied to the signal, as of a promise that nobody handles.
    postOutcome(message.port, outcome)
    // What is tied to the signal may still put.
    supervision.end()
    detachAll()
    await written(process.stdout)
    await written(process.stderr)
    post(message.port, { kind: 'ended' })
  }
  return new Promise(() => {})
}

async function run(message: RunMessage, control: RunWords, supervision: SupervisorLink): Promise<Outcome> {
  const { role, port } = message
  let failedDuringSetUp = true
  const threw = (error: unknown): Outcome => ({
    ...{ kind: 'threw', error: packError(error), failedDuringSetUp },
    ...{ mayLoadOtherwise: isBlamedOnWay(error), isStop: supervision.isAnswer(error) },
  })
  const failing = (error: unknown) => post(port, { kind: 'ending', outcome: threw(error) })
  try {
    setLink(supervision)
    setEnvironmentData(ANCESTRY, [...message.ancestry])
    const call = await loadFunction(message.filename, message.exportName, message.loader)
    // Before the arguments are attached: its puts are counted from the first.
    const producer =
      role.kind === 'produce'
        ? await Producer.attach(role, { leaving: () => post(port, { kind: 'leaving' }), failing })
        : undefined
    const consumer =
      role.kind === 'consume'
        ? await Consumer.attach(role, message.calls, control, {
            gaveUp: (error, attempts) =>
              post(port, { kind: 'deadLettered', error: packError(error), attempts }),
            failing,
          })
        : undefined
    const { args, queues } = await unpackArgs(message.args)
    supervision.watch(producer === undefined ? queues : [...queues, producer.queue])
    failedDuringSetUp = false
    supervision.hasBegun = true
    post(port, { kind: 'began' })

    const thread: ThreadContext = {
      index: message.index,
      threads: message.threads,
      threadId,
      args,
      restarts: message.restarts,
      get stored() {
        return producer?.stored ?? 0
      },
      get stopping() {
        return supervision.stopRequested
      },
      signal: supervision.signal,
      log,
    }
    if (consumer !== undefined) {
      await consumer.consume(call, thread)
      return { kind: 'returned', value: undefined, left: itemsLeft() }
    }
    const run = () => (call as ThreadFunction<unknown, unknown>)(args, thread)
    const value = producer === undefined ? await run() : await producer.produce(run, control, thread.signal)
    return { kind: 'returned', value, left: itemsLeft() }
  } catch (error) {
    return threw(error)
  }
}

function post(port: MessagePort, report: ThreadMessage): void {
  port.postMessage(report)
}

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
 * What was written to a thread's stream leaves it piece by piece; a thread that is ended before takes the
 * rest along.
 */
function written(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0) return Promise.resolve()
  return new Promise((resolve) => stream.write('', () => resolve()))
}
