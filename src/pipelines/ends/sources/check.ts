import { types } from 'node:util'
import { invalidType } from '../../../check.ts'
import { isQueue } from '../../../queue/index.ts'
import { referenceOf } from '../../../threaded/index.ts'
import { OPEN, type RunHooks } from '../../flow.ts'
import { isNodeReadable, isNodeStream } from '../node-streams.ts'
import type { BareSource } from './pull.ts'

const SOURCE =
  'an iterable, an async iterable, a Readable, a ReadableStream, a queue, a task ({ filename, name }), ' +
  'or a function that returns one of the first four'

/** Checks that `given` can be read from, and opens nothing. @throws TypeError ERR_INVALID_ARG_TYPE */
export function checkSource(name: string, given: unknown): void {
  if (typeof given === 'string' || types.isStringObject(given)) {
    throw invalidType(
      name,
      "something other than a string: put it into an array, or split it by text.split('\\n')",
      given,
    )
  }
  if (typeof given === 'function' || isTaskSource(given) || isOpenable(given)) return
  throw invalidType(name, SOURCE, given)
}

/** As checkSource, of what the function of a source returned: one that is open, not another function. */
export function checkOpened(given: unknown): void {
  const name = 'the return value of the function that is the source'
  if (isOpenable(given)) return
  if (typeof given === 'function' || isTaskSource(given)) {
    throw invalidType(name, 'an iterable, an async iterable, a stream or a queue', given)
  }
  checkSource(name, given)
}

/** Its function runs on threads: a task, or a function that was given to `threaded`. */
export function isTaskSource(given: unknown): boolean {
  if (typeof given === 'function') return referenceOf(given) !== undefined
  return isObject(given) && 'filename' in given && !isOpenable(given)
}

function isOpenable(given: unknown): boolean {
  // A Duplex that is not readable is iterable all the same.
  if (isNodeStream(given)) return isNodeReadable(given)
  return isQueue(given) || isWebReadable(given) || isIterable(given) || opensItself(given)
}

export function opensItself(given: unknown): given is { [OPEN](hooks: RunHooks): BareSource } {
  return isObject(given) && isMethod(given, OPEN)
}

export function isWebReadable(given: unknown): given is ReadableStream<unknown> {
  return isObject(given) && isMethod(given, 'getReader') && isMethod(given, 'cancel')
}

export function isAsyncIterable(given: unknown): given is AsyncIterable<unknown> {
  return isObject(given) && isMethod(given, Symbol.asyncIterator)
}

export function isIterable(given: unknown): given is Iterable<unknown> | AsyncIterable<unknown> {
  return isAsyncIterable(given) || (isObject(given) && isMethod(given, Symbol.iterator))
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null
}

function isMethod(object: object, key: PropertyKey): boolean {
  return typeof (object as Record<PropertyKey, unknown>)[key] === 'function'
}
