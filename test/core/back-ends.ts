import { type Geometry, layOut } from '../../src/core/geometry.ts'
import { type Core, configureCore, coreOf } from '../../src/core/instance.ts'
import * as operations from '../../src/core/operations/index.ts'
import { bind } from '../../src/core/words/memory.ts'
import { fresh } from './ledgers.ts'

/** The same queue twice: over the WebAssembly module, and over the same source with Atomics. */
export class BackEnds {
  readonly geometry: Geometry
  /** The memory of the WebAssembly back end. If the other memory differs in a word, the run has failed. */
  readonly words: Int32Array
  readonly #other: Int32Array
  readonly #compiled: Core
  readonly #plain: Core
  readonly #bytes: Buffer
  readonly #otherBytes: Buffer
  #history: string[] = []

  constructor(geometry: Geometry, start: number) {
    this.geometry = geometry
    const { shared, words } = fresh(geometry, start)
    this.words = words
    this.#compiled = shared.core
    this.#other = new Int32Array(new SharedArrayBuffer(words.byteLength))
    layOut(this.#other.buffer, geometry, start)
    bind(this.#other.buffer)
    configureCore(operations, geometry)
    this.#plain = coreOf(geometry.kind, operations)
    this.#bytes = Buffer.from(words.buffer)
    this.#otherBytes = Buffer.from(this.#other.buffer)
  }

  load(at: number): number {
    return this.words[at >> 2] as number
  }

  /** Writes a word of both memories, as another thread or damage might have done. */
  write(at: number, value: number): void {
    this.#note('write', [at, value])
    this.words[at >> 2] = value
    this.#other[at >> 2] = value
  }

  /** Runs one operation on both back ends, which must answer the same. */
  run(name: Exclude<keyof Core, 'configure'>, ...args: number[]): number {
    const compiled = this.#compiled[name] as (...args: number[]) => number | undefined
    const plain = this.#plain[name] as (...args: number[]) => number | undefined
    const answer = compiled(...args)
    const other = plain(...args)
    this.#note(`${name}`, args)
    if (answer !== other) throw this.#differ(`WebAssembly answers ${answer}, Atomics ${other}`)
    return answer ?? 0
  }

  /** Compares the memories word by word. */
  compare(): void {
    if (this.#bytes.equals(this.#otherBytes)) return
    const index = this.words.findIndex((word, at) => word !== this.#other[at])
    throw this.#differ(`byte ${index * 4}: WebAssembly ${this.words[index]}, Atomics ${this.#other[index]}`)
  }

  #note(name: string, args: number[]): void {
    if (this.#history.length >= 40) this.#history = this.#history.slice(-20)
    this.#history.push(`${name}(${args.join(', ')})`)
  }

  #differ(how: string): Error {
    return new Error(`the back ends differ: ${how}; the last operations:\n${this.#history.join('\n')}`)
  }
}
