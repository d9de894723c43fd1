import type { WaitOptions } from '../../src/index.ts'
import { until, within } from '../support/deadline.ts'
import type { Kind } from './kinds.ts'
import { type AnyQueue, type Loop, loops, millrace, mutations, type Reentered } from './library.ts'
import type { Thread } from './threads.ts'

export type Side = 'get' | 'put' | 'memory' | 'join'
type Property = 'size' | 'empty' | 'full' | 'unfinished' | 'isShutDown' | 'maxsize'

/** What users of one queue have in common. */
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
 * One user of a queue, on whichever thread: it awaits on the main thread and blocks on another. Items are numbers here;
 * the queue holds them as its kind wants them. Every call has a deadline.
 */
export abstract class User {
  protected readonly setting: Setting
  /** threadId */
  abstract readonly thread: number

  constructor(setting: Setting) {
    this.setting = setting
  }

  put(number: number, options?: WaitOptions): Promise<string> {
    return this.putRaw(this.item(number), options)
  }

  /** Whatever it is: of items that the queue refuses. */
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

  /** EMPTY if there is none. */
  async tryGet(): Promise<number | typeof millrace.EMPTY> {
    const item = await this.call('tryGet', [])
    return item === millrace.EMPTY ? item : this.number(item)
  }

  async getMany(max: number, options?: WaitOptions): Promise<number[]> {
    const items: unknown[] = await this.waiting('getMany', [max, options])
    return items.map((item) => this.number(item))
  }

  /** One put after the other. */
  async puts(numbers: readonly number[], options?: WaitOptions): Promise<void> {
    const calls = numbers.map((number) => [this.item(number), options])
    await this.each('put', calls)
  }

  /** `count` gets, one after the other. */
  async gets(count: number, options?: WaitOptions): Promise<number[]> {
    const items = await this.each('get', Array<unknown[]>(count).fill([options]))
    return items.map((item) => this.number(item))
  }

  /** Takes an item and settles it. */
  abstract take(options?: WaitOptions): Promise<number>

  /** All there is, until the shutdown. */
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

  /** Puts `from`, `from + step`, … until all or the shutdown. Returns how many were stored. */
  abstract produce(how: Loop, from: number, step: number, count?: number): Promise<number>

  /** Gets and finishes until the shutdown. */
  abstract consume(how: Loop): Promise<number[]>

  /** Uses the queue from inside its own calls; its codec is the failing one. */
  abstract reenter(): Promise<Reentered>

  /** Makes a queue of the kind, in this user's thread. */
  abstract construct(options: object): Promise<void>

  /** Resolves once this user's thread is counted as waiting: to see that a call waits, no time need pass. */
  waits(side: Side): Promise<void> {
    return waits(this.setting, side, this.thread)
  }

  /** As it is called where waits are awaited. */
  // biome-ignore lint/suspicious/noExplicitAny: what a method answers
  protected abstract waiting(method: string, args: unknown[]): Promise<any>
  // biome-ignore lint/suspicious/noExplicitAny: what a method answers
  protected abstract call(method: string, args: unknown[]): Promise<any>
  /** Calls that may wait, one after the other: a message each would take most of the time. */
  protected abstract each(method: 'put' | 'get', calls: unknown[][]): Promise<unknown[]>

  /** `call`, within the deadline. Once the behaviour is over it never settles: nobody may be left to hear of it. */
  protected heard<T>(call: Promise<T>, what: string): Promise<T> {
    const { setting } = this
    const heard = new Promise<T>((resolve, reject) => {
      within(call, what, setting.deadlineMs).then(
        (value) => setting.isOver || resolve(value),
        (error) => setting.isOver || reject(error),
      )
    })
    return quiet(heard)
  }

  protected item(number: number): unknown {
    return this.setting.kind.items === 'numbers' ? number : { number }
  }

  protected number(item: unknown): number {
    return this.setting.kind.items === 'numbers' ? (item as number) : (item as { number: number }).number
  }
}

/** On the main thread, which awaits. */
export class Here extends User {
  readonly thread = 0
  readonly #queue: AnyQueue

  constructor(setting: Setting) {
    super(setting)
    this.#queue = mutations.mutateQueue(setting.queue, setting.mutant)
  }

  async take(options?: WaitOptions): Promise<number> {
    const delivery = await this.heard(this.#queue.take(options), 'take on the main thread')
    delivery.done()
    return this.number(delivery.item)
  }

  iterate(): Promise<number[]> {
    const iterate = async () => {
      const numbers: number[] = []
      for await (const item of this.#queue) numbers.push(this.number(item))
      return numbers
    }
    return this.heard(iterate(), 'the end of an iteration')
  }

  produce(how: Loop, from: number, step: number, count = Number.POSITIVE_INFINITY): Promise<number> {
    const asObjects = this.setting.kind.items === 'objects'
    const all = loops.produce(this.#queue, how, { from, step, count, asObjects })
    return this.heard(all, 'the end of a producer')
  }

  consume(how: Loop): Promise<number[]> {
    const all = this.heard(loops.consume(this.#queue, how), 'the end of a consumer')
    return quiet(all.then((items) => items.map((item) => this.number(item))))
  }

  reenter(): Promise<Reentered> {
    const all = loops.reenter(this.#queue, false, this.setting.kind.items === 'objects')
    return this.heard(all, 'the calls within calls')
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
    return this.heard(run(), `${method} on the main thread`)
  }
}

/** On another thread, which blocks. */
export class There extends User {
  readonly #thread: Thread

  constructor(setting: Setting, thread: Thread) {
    super(setting)
    this.#thread = thread
  }

  get thread(): number {
    return this.#thread.id
  }

  /** Attaches its thread, which leaves the queue it used before. */
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
    return this.heard(this.#thread.ask(command, ...args), what)
  }

  #numbers(answer: Promise<{ value: unknown[] }>): Promise<number[]> {
    return quiet(answer.then(({ value }) => value.map((item) => this.number(item))))
  }
}

/** A behaviour begins calls whose end it looks at later: until then nobody may say that a rejection is not handled. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

function shown(args: unknown[]): string {
  const text = JSON.stringify(args.filter((arg) => typeof arg !== 'object' || Array.isArray(arg)))
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** Looks often at first: it is a matter of microseconds mostly. */
const TURNS = 30

export async function waits(
  { queue, deadlineMs }: Setting,
  side: Side,
  thread: number | (() => number),
): Promise<void> {
  const id = typeof thread === 'number' ? () => thread : thread
  const isListed = () =>
    queue.stats().threads.some((each) => each.thread === id() && each.waiting.includes(side))
  for (let turn = 0; turn < TURNS; turn++) {
    if (isListed()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until(isListed, `a thread waits for ${side}`, deadlineMs)
}
