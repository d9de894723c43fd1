import type { WaitOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import type { Kind } from './kinds.ts'
import { type AnyQueue, type Loop, loops, millrace, mutations, type Reentered } from './library.ts'
import type { Thread } from './threads.ts'

export type Side = 'get' | 'put' | 'memory' | 'join'
type Property = 'size' | 'empty' | 'full' | 'unfinished' | 'isShutDown' | 'maxsize'

/** The settings that the users of one queue share. */
export interface Setting {
  readonly kind: Kind
  readonly mutant: string | undefined
  readonly queue: AnyQueue
  /** ms until a call that has not ended counts as a failure. */
  readonly deadlineMs: number
  /** The behaviour is over. */
  isOver: boolean
}

/**
 * One user of a queue. It awaits on the main thread, and blocks on another thread. Items are numbers here;
 * the queue holds them in the form that its kind needs. Every call has a deadline.
 */
export abstract class User {
  protected readonly setting: Setting
  /** The thread's threadId. */
  abstract readonly thread: number

  constructor(setting: Setting) {
    this.setting = setting
  }

  put(number: number, options?: WaitOptions): Promise<string> {
    return this.putRaw(this.item(number), options)
  }

  /** Puts the item unchanged, for items that the queue refuses. */
  putRaw(item: unknown, options?: WaitOptions): Promise<string> {
    return this.waiting('put', [item, options])
  }

  tryPut(number: number): Promise<boolean> {
    return this.tryPutRaw(this.item(number))
  }

  tryPutRaw(item: unknown): Promise<boolean> {
    return this.call('tryPut', [item])
  }

  putMany(numbers: readonly number[], options?: WaitOptions): Promise<number> {
    return this.waiting('putMany', [numbers.map((number) => this.item(number)), options])
  }

  get(options?: WaitOptions): Promise<number> {
    return quiet(this.waiting('get', [options]).then((item) => this.number(item)))
  }

  /** Answers EMPTY if there is no item. */
  async tryGet(): Promise<number | typeof millrace.EMPTY> {
    const item = await this.call('tryGet', [])
    return item === millrace.EMPTY ? item : this.number(item)
  }

  async getMany(max: number, options?: WaitOptions): Promise<number[]> {
    const items: unknown[] = await this.waiting('getMany', [max, options])
    return items.map((item) => this.number(item))
  }

  /** Puts one number after the other. */
  async puts(numbers: readonly number[], options?: WaitOptions): Promise<void> {
    const calls = numbers.map((number) => [this.item(number), options])
    await this.each('put', calls)
  }

  /** Gets `count` numbers, one after the other. */
  async gets(count: number, options?: WaitOptions): Promise<number[]> {
    const items = await this.each('get', Array<unknown[]>(count).fill([options]))
    return items.map((item) => this.number(item))
  }

  /** Takes an item and settles it. */
  abstract take(options?: WaitOptions): Promise<number>

  /** Iterates until the end of the queue. */
  abstract iterate(): Promise<number[]>

  taskDone(count?: number): Promise<void> {
    return this.call('taskDone', count === undefined ? [] : [count])
  }

  join(options?: WaitOptions): Promise<void> {
    return this.waiting('join', [options])
  }

  shutdown(options?: { immediate: boolean }): Promise<void> {
    return this.call('shutdown', [options])
  }

  // biome-ignore lint/suspicious/noExplicitAny: of several types
  read(property: Property): Promise<any> {
    return this.call(property, [])
  }

  /** Puts `from`, `from + step`, … `count` of them or until the shutdown. Returns how many were stored. */
  abstract produce(how: Loop, from: number, step: number, count?: number): Promise<number>

  /** Gets and finishes until the shutdown. */
  abstract consume(how: Loop): Promise<number[]>

  /** Uses the queue from inside its own calls; its codec is the failing one. */
  abstract reenter(): Promise<Reentered>

  /** Makes a queue of the kind, in this user's thread. */
  abstract construct(options: object): Promise<void>

  /** Resolves once the stats of the queue count this user's thread as waiting. */
  waits(side: Side): Promise<void> {
    return waits(this.setting, side, this.thread)
  }

  /** Calls a method that may wait: the blocking form in a thread, the asynchronous one on the main thread. */
  // biome-ignore lint/suspicious/noExplicitAny: what a method answers
  protected abstract waiting(method: string, args: unknown[]): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: what a method answers
  protected abstract call(method: string, args: unknown[]): Promise<any>
  /** Makes calls that may wait, one after the other. One message for each would take most of the time. */
  protected abstract each(method: 'put' | 'get', calls: unknown[][]): Promise<unknown[]>

  /**
   * Adds the deadline to `call`. After the end of the behaviour the promise never settles: nothing awaits it
   * then.
   */
  protected withDeadline<T>(call: Promise<T>, what: string): Promise<T> {
    const { setting } = this
    const withDeadline = new Promise<T>((resolve, reject) => {
      within(call, what, setting.deadlineMs).then(
        (value) => setting.isOver || resolve(value),
        (error) => setting.isOver || reject(error),
      )
    })
    return quiet(withDeadline)
  }

  protected item(number: number): unknown {
    return this.setting.kind.items === 'numbers' ? number : { number }
  }

  protected number(item: unknown): number {
    return this.setting.kind.items === 'numbers' ? (item as number) : (item as { number: number }).number
  }
}

/** A user on the main thread, which awaits. */
export class MainThreadUser extends User {
  readonly thread = 0
  readonly #queue: AnyQueue

  constructor(setting: Setting) {
    super(setting)
    this.#queue = mutations.mutateQueue(setting.queue, setting.mutant)
  }

  async take(options?: WaitOptions): Promise<number> {
    const delivery = await this.withDeadline(this.#queue.take(options), 'take on the main thread')
    delivery.done()
    return this.number(delivery.item)
  }

  iterate(): Promise<number[]> {
    const iterate = async () => {
      const numbers: number[] = []
      for await (const item of this.#queue) numbers.push(this.number(item))
      return numbers
    }
    return this.withDeadline(iterate(), 'the end of an iteration')
  }

  produce(how: Loop, from: number, step: number, count = Number.POSITIVE_INFINITY): Promise<number> {
    const asObjects = this.setting.kind.items === 'objects'
    const all = loops.produce(this.#queue, how, { from, step, count, asObjects })
    return this.withDeadline(all, 'the end of a producer')
  }

  consume(how: Loop): Promise<number[]> {
    const all = this.withDeadline(loops.consume(this.#queue, how), 'the end of a consumer')
    return quiet(all.then((items) => items.map((item) => this.number(item))))
  }

  reenter(): Promise<Reentered> {
    const all = loops.reenter(this.#queue, false, this.setting.kind.items === 'objects')
    return this.withDeadline(all, 'the calls within calls')
  }

  async construct(options: object): Promise<void> {
    const { kind, mutant } = this.setting
    const Made = (millrace as unknown as Record<string, new (options: object) => Disposable>)[kind.name]
    if (Made === undefined) throw new Error(`the library exports no ${kind.name}`)
    new Made(mutations.mutateOptions(options, mutant))[Symbol.dispose]()
  }

  protected async each(method: 'put' | 'get', calls: unknown[][]): Promise<unknown[]> {
    const values = []
    for (const args of calls) values.push(await this.call(method, args))
    return values
  }

  protected waiting(method: string, args: unknown[]) {
    return this.call(method, args)
  }

  protected call(method: string, args: unknown[]) {
    const queue = this.#queue as unknown as Record<string, unknown>
    const run = async () => {
      const member = queue[method]
      return typeof member === 'function' ? member.apply(queue, args) : member
    }
    return this.withDeadline(run(), `${method} on the main thread`)
  }
}

/** A user on another thread, which blocks. */
export class WorkerUser extends User {
  readonly #thread: Thread

  constructor(setting: Setting, thread: Thread) {
    super(setting)
    this.#thread = thread
  }

  get thread(): number {
    return this.#thread.id
  }

  /** Attaches its thread, which detaches from the queue before. */
  async attach(): Promise<void> {
    await this.#ask('attach', this.setting.queue.handle, this.setting.mutant)
  }

  async take(options?: WaitOptions): Promise<number> {
    return this.number((await this.#ask('take', options)).value)
  }

  iterate(): Promise<number[]> {
    return this.#numbers(this.#ask('iterate'))
  }

  produce(how: Loop, from: number, step: number, count = Number.POSITIVE_INFINITY): Promise<number> {
    const asObjects = this.setting.kind.items === 'objects'
    return quiet(this.#ask('produce', how, { from, step, count, asObjects }).then(({ value }) => value))
  }

  consume(how: Loop): Promise<number[]> {
    return this.#numbers(this.#ask('consume', how))
  }

  reenter(): Promise<Reentered> {
    return this.#ask('reenter', this.setting.kind.items === 'objects')
  }

  construct(options: object): Promise<void> {
    return this.#ask('construct', this.setting.kind.name, options, this.setting.mutant)
  }

  protected async each(method: 'put' | 'get', calls: unknown[][]): Promise<unknown[]> {
    return (await this.#ask('each', `${method}Sync`, calls)).value
  }

  protected waiting(method: string, args: unknown[]) {
    return this.call(`${method}Sync`, args)
  }

  protected call(method: string, args: unknown[]) {
    const answer = this.#ask('call', method, args)
    return quiet(answer.then(({ isEmpty, value }) => (isEmpty ? millrace.EMPTY : value)))
  }

  #ask(command: string, ...args: unknown[]) {
    const what = `${command} ${shown(args)} in thread ${this.thread}`
    return this.withDeadline(this.#thread.ask(command, ...args), what)
  }

  #numbers(answer: Promise<{ value: unknown[] }>): Promise<number[]> {
    return quiet(answer.then(({ value }) => value.map((item) => this.number(item))))
  }
}

/** Keeps a rejection from counting as unhandled: a behaviour awaits some calls later. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

function shown(args: unknown[]): string {
  const text = JSON.stringify(args.filter((arg) => typeof arg !== 'object' || Array.isArray(arg)))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Checks at once, without a timer between them: the wait mostly begins within microseconds. */
const IMMEDIATE_CHECKS = 30

export async function waits(
  { queue, deadlineMs }: Setting,
  side: Side,
  thread: number | (() => number),
): Promise<void> {
  const id = typeof thread === 'number' ? () => thread : thread
  const isListed = () =>
    queue.stats().threads.some((each) => each.thread === id() && each.waiting.includes(side))
  for (let count = 0; count < IMMEDIATE_CHECKS; count++) {
    if (isListed()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until(isListed, `a thread waits for ${side}`, deadlineMs)
}
