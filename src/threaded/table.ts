import { findReferencesBy } from '../limits/index.ts'
import { isMillraceThread, type Target } from '../protocol/index.ts'
import { realPath } from './call-place.ts'
import type { Origin } from './origin.ts'

// biome-ignore lint/suspicious/noExplicitAny: any function
export type AnyFunction = (...args: any[]) => any

/** How threads find a threaded function. */
export interface Reference {
  /** Its module, a `file:` URL. */
  readonly filename: string
  /** Undefined if its place is not known. */
  readonly target: Exclude<Target, { kind: 'export' }> | undefined
  /** The reason why its place is not known. */
  readonly unknown: string
  /** The name of a group that runs it. */
  readonly label: string
}

/** A threaded function, as a thread that millrace started has it. */
export interface Entry {
  readonly call: AnyFunction
  readonly target: Exclude<Target, { kind: 'export' }>
  /** The evaluation of the module in which it was made; undefined if that is not known exactly. */
  readonly evaluation: object | undefined
}

/** It hangs on `globalThis`, so that two copies of this library in one thread share it. */
interface Table {
  readonly references: WeakMap<AnyFunction, Reference>
  /** The places and names that are taken, for each evaluation of a module. */
  readonly taken: WeakMap<object, Set<string>>
  /** By the real path of the module. Kept only in the threads that look functions up. */
  readonly entries: Map<string, Entry[]>
}

const KEY = Symbol.for('millrace.threaded')
const holder = globalThis as { [KEY]?: Table }
holder[KEY] ??= { references: new WeakMap(), taken: new WeakMap(), entries: new Map() }
const table: Table = holder[KEY]

/** Whether `key` was free for this evaluation of its module. From now on it is not. */
export function isFree({ evaluation }: Origin, key: string): boolean {
  if (evaluation === undefined) return true
  const keys = table.taken.get(evaluation) ?? new Set()
  table.taken.set(evaluation, keys)
  if (keys.has(key)) return false
  keys.add(key)
  return true
}

export function register(call: AnyFunction, reference: Reference, origin: Origin): void {
  // A reference that threads can follow is better than one they cannot.
  if (reference.target !== undefined || !table.references.has(call)) table.references.set(call, reference)
  if (!isMillraceThread || reference.target === undefined) return
  const path = realPath(origin.path)
  const evaluation = origin.isExact ? origin.evaluation : undefined
  const entry = { call, target: reference.target, evaluation }
  table.entries.set(path, [...(table.entries.get(path) ?? []), entry])
}

/** The reference to a function that was given to `threaded`; undefined for any other value. */
export function referenceOf(value: unknown): Reference | undefined {
  return typeof value === 'function' ? table.references.get(value as AnyFunction) : undefined
}

findReferencesBy((fn) => {
  const reference = referenceOf(fn)
  return reference?.target && { filename: reference.filename, target: reference.target }
})

/** The threaded functions of a module that this thread has evaluated. */
export function entriesOf(path: string): readonly Entry[] {
  return table.entries.get(realPath(path)) ?? []
}
