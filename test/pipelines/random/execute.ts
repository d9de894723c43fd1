import type * as Millrace from '../../../src/index.ts'
import { SinkFault, sinkOf, sourceOf, type TestSource } from './ends.ts'
import * as functions from './functions.mjs'
import type { Plan, StageOptions, StagePlan } from './plan.ts'

export interface Executed {
  readonly outputs: unknown[]
  /** 'whole': it ended by itself. 'ended': it was ended early, without an error. */
  readonly outcome: 'whole' | 'ended' | { readonly error: unknown }
  readonly letters: Millrace.DeadLetter<unknown>[]
  readonly stats: Millrace.PipelineStats
  readonly source: TestSource
  /** The most items by which the source was ahead of those that are done; and of what was received. */
  readonly ahead: number
  readonly unreceived: number
  readonly counters: Int32Array
}

type Run = Millrace.ParallelRun<unknown>

/** Runs the pipeline of a plan to its end. `began` hears its run. */
export async function execute(
  millrace: typeof Millrace,
  plan: Plan,
  began: (run: Run) => void,
): Promise<Executed> {
  const counters = new Int32Array(new SharedArrayBuffer(4 * functions.WORDS))
  const args = { faults: plan.faults, counters, keyed: keyedOf(plan.stages) }
  const letters = new millrace.Queue<Millrace.DeadLetter<unknown>>({ maxsize: 4096 })
  const abort = new AbortController()
  const outputs: unknown[] = []
  let ahead = 0
  let unreceived = 0
  let run: Run | undefined
  const source = sourceOf(millrace, plan, (index) => {
    ahead = Math.max(ahead, index + 1 - (run?.stats().done ?? 0))
    unreceived = Math.max(unreceived, index + 1 - outputs.length)
  })
  run = built(millrace, plan, source.given, args, letters, abort.signal)
  began(run)
  const ending = new Ending(plan, run, abort)
  let outcome: Executed['outcome']
  try {
    outcome = await consumed(millrace, plan, run, outputs, ending)
  } catch (error) {
    outcome = { error }
  }
  ending.clear()
  const stored: Millrace.DeadLetter<unknown>[] = []
  for (let letter = letters.tryGet(); letter !== millrace.EMPTY; letter = letters.tryGet())
    stored.push(letter)
  letters[Symbol.dispose]()
  const stats = run.stats()
  return { outputs, outcome, letters: stored, stats, source, ahead, unreceived, counters }
}

/** Ends a run early once enough was received, or nothing more comes from a silent source. */
class Ending {
  readonly #plan: Plan
  readonly #run: Run
  readonly #abort: AbortController
  #timer: NodeJS.Timeout | undefined
  reading: AsyncIterator<unknown> | undefined
  isBroken = false
  hasEnded = false
  #disposed: Promise<void> | undefined

  constructor(plan: Plan, run: Run, abort: AbortController) {
    this.#plan = plan
    this.#run = run
    this.#abort = abort
  }

  received(count: number): void {
    const { end, silentAt } = this.#plan
    if (end === undefined || this.hasEnded) return
    if (count >= end.after) this.#now(end.how)
    else if (silentAt !== undefined) {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => this.#now(end.how), 150)
    }
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.hasEnded = true
  }

  /** Resolves once what was asked for is done. */
  async over(): Promise<void> {
    await this.#disposed
  }

  #now(how: 'break' | 'return' | 'abort' | 'dispose'): void {
    if (this.hasEnded) return
    this.clear()
    if (how === 'abort') this.#abort.abort(new Error('the test aborts'))
    else if (how === 'break') this.isBroken = true
    else if (how === 'return') this.#disposed = this.reading?.return?.().then(() => {})
    else this.#disposed = this.#run[Symbol.asyncDispose]()
  }
}

async function consumed(
  millrace: typeof Millrace,
  plan: Plan,
  run: Run,
  outputs: unknown[],
  ending: Ending,
): Promise<'whole' | 'ended'> {
  const { sink, sinkThrowsAt, end } = plan
  const isQuiet = end !== undefined && end.how !== 'abort'
  const verdict = async () => {
    await ending.over()
    return ending.isBroken || (ending.hasEnded && isQuiet) ? 'ended' : 'whole'
  }
  if (sink === 'array') {
    ending.received(0)
    outputs.push(...(await run.toArray()))
    return verdict()
  }
  if (sink === 'iterate' || sink === 'settled') {
    const reading = sink === 'iterate' ? run[Symbol.asyncIterator]() : run.settled()
    ending.reading = reading
    ending.received(0)
    if (!ending.isBroken) {
      for await (const value of reading as AsyncIterable<unknown>) {
        outputs.push(value)
        ending.received(outputs.length)
        if (ending.isBroken) break
      }
    } else await reading.return?.()
    return verdict()
  }
  let accepted = 0
  const { given, finish } = sinkOf(millrace, plan, (value) => {
    if (accepted === sinkThrowsAt) throw new SinkFault(`the sink at ${accepted}`)
    accepted++
    outputs.push(value)
    ending.received(outputs.length)
  })
  ending.received(0)
  try {
    await (run as Millrace.Pipeline<unknown>).to(given as () => void)
  } finally {
    await finish()
  }
  return verdict()
}

type Args = { faults: unknown; counters: Int32Array; keyed: { how: string; depth: number }[] }

function keyedOf(stages: readonly StagePlan[]): { how: string; depth: number }[] {
  const keyed: { how: string; depth: number }[] = []
  let depth = 1
  for (const { how, options } of stages) {
    if (options.ordered === 'key') keyed.push({ how, depth })
    if (how === 'map' || how === 'flatMap') depth++
  }
  return keyed
}

function built(
  millrace: typeof Millrace,
  plan: Plan,
  source: unknown,
  args: Args,
  letters: Millrace.Queue<Millrace.DeadLetter<unknown>>,
  signal: AbortSignal,
): Run {
  // Equal options must be the same objects: only those let neighbours share threads.
  let pipeline = millrace.pipeline(source as Iterable<string>) as Millrace.Pipeline<unknown>
  for (const { how, where, isLater, form, size, linger, options } of plan.stages) {
    if (how === 'batch') {
      pipeline = pipeline.batch(size, linger === undefined ? {} : { linger }) as Millrace.Pipeline<unknown>
      continue
    }
    const given = {
      ...fulfilled(options, letters),
      signal,
      ...(where === 'thread' ? { args } : {}),
    }
    const fn = where === 'thread' ? taskOf(how, form, isLater) : localOf(how, form, isLater, args)
    const method = how === 'unbatch' ? 'flatMap' : how
    pipeline = (pipeline[method] as (fn: unknown, options: unknown) => Millrace.Pipeline<unknown>)(fn, given)
  }
  return pipeline
}

function fulfilled(options: StageOptions, letters: Millrace.Queue<Millrace.DeadLetter<unknown>>): object {
  const { ordered, onError } = options
  return {
    ...options,
    ...(ordered === 'key' ? { ordered: functions.keyOf } : {}),
    ...(onError === 'letters' ? { onError: letters } : {}),
  }
}

function taskOf(how: string, form: string, isLater: boolean): object {
  const name = `${how}${form === 'stream' ? 'Stream' : ''}${isLater ? 'Later' : ''}`
  return { filename: new URL('./functions.mjs', import.meta.url), name }
}

const NEVER = {
  exit(): never {
    throw new Error('a fault for threads on this thread')
  },
  hang(): never {
    throw new Error('a fault for threads on this thread')
  },
}

// biome-ignore lint/suspicious/noExplicitAny: any value
function localOf(how: string, form: string, isLater: boolean, args: any): (value: any) => unknown {
  if (how === 'unbatch') return (value) => value
  if (form === 'stream') {
    return (value) => (isLater ? functions.streamLater : functions.streamNow)(value, args, NEVER)
  }
  return (value) => (isLater ? functions.callLater : functions.callNow)(how, value, args, NEVER)
}
