/** Checks of parsed JSON: each error names the field, the allowed values and the value. */
import { inspect } from 'node:util'
import { UsageError } from '../../scripts/command-line.ts'

/** A value of a file, and its place in it. */
export class Field {
  readonly #file: string
  readonly #path: string
  readonly value: unknown

  constructor(file: string, path: string, value: unknown) {
    this.#file = file
    this.#path = path
    this.value = value
  }

  fail(allowed: string): never {
    const name = this.#path === '' ? 'the value' : this.#path
    const received = inspect(this.value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 80)
    throw new UsageError(`${this.#file}: ${name} must be ${allowed}; received ${received}`)
  }

  get isAbsent(): boolean {
    return this.value === undefined
  }

  of(key: string): Field {
    const { value } = this
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object')
    const path = this.#path === '' ? key : `${this.#path}.${key}`
    return new Field(this.#file, path, (value as Record<string, unknown>)[key])
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.value)) this.fail('an array')
    return this.value.map((each, index) => new Field(this.#file, `${this.#path}[${index}]`, each))
  }

  text(): string {
    if (typeof this.value !== 'string' || this.value === '') this.fail('a text that is not empty')
    return this.value
  }

  /** A finite number, at least 0 if nothing else is said. */
  number(least = 0): number {
    const { value } = this
    if (typeof value === 'number' && Number.isFinite(value) && value >= least) return value
    return this.fail(Number.isFinite(least) ? `a number of at least ${least}` : 'a number')
  }

  positive(): number {
    const value = this.number()
    return value > 0 ? value : this.fail('a number above 0')
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') this.fail('true or false')
    return this.value
  }

  oneOf<const T>(allowed: readonly T[]): T {
    if (!allowed.includes(this.value as T))
      this.fail(allowed.length === 1 ? `${allowed[0]}` : `one of ${allowed.join(', ')}`)
    return this.value as T
  }

  /** The value that `read` makes of it; undefined if it is absent. */
  optional<T>(read: (field: Field) => T): T | undefined {
    return this.isAbsent ? undefined : read(this)
  }
}
