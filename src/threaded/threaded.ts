import { basename } from 'node:path'
import { invalidType, invalidValue, optionsObject } from '../check.ts'
import type { Target } from '../protocol/index.ts'
import { callAt } from './call-expression.ts'
import { placeOfCall } from './call-place.ts'
import { type Origin, originOf } from './origin.ts'
import { sourceOf } from './source.ts'
import { type AnyFunction, isFree, type Reference, register } from './table.ts'
import type { Threaded } from './typed.ts'

/** The options of `threaded`. */
export interface ThreadedOptions {
  /**
   * A name by which threads find the function, instead of by the place of the call. No other threaded
   * function of the file may have it. The export need not have this name.
   * @default undefined
   */
  readonly name?: string | undefined
}

/**
 * Makes a function one that threads can run, wherever a task is taken. It is the same function as before, and
 * can be called as such. Its module need not export it.
 *
 * The thread evaluates the function's module and finds the function by the place of this call in the file. So
 * the function may use what its module has, but no variable of a function around it. A place cannot be found
 * in a thread that does not make the call, because of a condition, or because the file has changed. Then the
 * run fails by a TypeError that names the place; it never runs another function. A `name` finds the function
 * in these cases too, if the thread makes the call.
 *
 * @param meta `import.meta`, or `__filename` in CommonJS
 * @param fn the function, of any kind: `(args, thread)` for `spawn` and `produce`, `(item, thread)` for
 *   `consume`
 *
 * @example
 *     export const parse = threaded(import.meta, (line: string) => JSON.parse(line))
 *     supervisor.consume(lines, parse, { threads: 4, retries: 2 })
 *
 * @throws TypeError for a wrong argument; for a second call at one place while a module is evaluated, as in a
 *   loop, and for a name that is taken
 */
// biome-ignore lint/complexity/noBannedTypes: any other type of functions would give `fn` types of parameters
export function threaded<F extends Function>(
  meta: ImportMeta | { readonly url: string } | string | URL,
  fn: F,
  options?: ThreadedOptions,
): F & Threaded<F> {
  const origin = originOf(meta)
  if (typeof fn !== 'function') throw invalidType('fn', 'a function', fn)
  const { name } = optionsObject('options', options, { name: true })
  const call = fn as unknown as AnyFunction
  register(call, name === undefined ? placed(origin, call) : named(origin, name), origin)
  return fn as F & Threaded<F>
}

function named(origin: Origin, name: unknown): Reference {
  if (typeof name !== 'string') throw invalidType('options.name', 'a string', name)
  if (name === '') throw invalidValue('options.name', 'a name', name)
  if (!isFree(origin, `#${name}`))
    throw invalidValue('options.name', `a name that no other threaded function of ${origin.path} has`, name)
  return { filename: origin.filename, target: { kind: 'named', name }, unknown: '', label: name }
}

function placed(origin: Origin, call: AnyFunction): Reference {
  const { filename, path } = origin
  const functionName = String(call.name)
  const unplaced = { filename, target: undefined, label: functionName || basename(path) }
  const place = placeOfCall(threaded, path)
  if (place === undefined) return { ...unplaced, unknown: 'it was not made by a call in this file' }
  const source = sourceOf(origin)
  const found = source === undefined ? undefined : callAt(source, place)
  const { line, column } = found ?? place
  if (!isFree(origin, `${line}:${column}`)) {
    const why = 'was called twice at one place, so that threads cannot tell its functions apart'
    const cure = "give each a name of its own: threaded(import.meta, fn, { name: 'parse' })"
    const message = `threaded() at ${path}:${line}:${column} ${why}; ${cure}`
    throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
  }
  if (source === undefined) return { ...unplaced, unknown: 'its file cannot be read' }
  if (found === undefined) return { ...unplaced, unknown: `its file has no call at ${line}:${column}` }
  const target: Target = {
    kind: 'placed',
    line,
    column,
    digest: source.digest,
    declares: found.isDeclared ? found.variable : '',
    functionName,
    parameters: call.length,
  }
  return { filename, target, unknown: '', label: functionName || found.variable || basename(path) }
}
