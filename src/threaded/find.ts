import { fileURLToPath } from 'node:url'
import type { Target } from '../protocol/index.ts'
import { type AnyFunction, type Entry, entriesOf } from './table.ts'

type Wanted = Exclude<Target, { kind: 'export' }>

/** The most calls that an error message lists. */
const MAX_PLACES = 8

/**
 * The threaded function that another thread means by `target`, in a module that this thread has evaluated.
 * @throws TypeError (`ERR_INVALID_ARG_VALUE`) if it is not certain which one is meant
 */
export function findThreaded(filename: string, target: Wanted): AnyFunction {
  const path = fileURLToPath(filename)
  const entries = entriesOf(path)
  const found = entries.filter((entry) => isAt(entry.target, target))
  const last = found.at(-1)
  if (last === undefined) throw refusal(path, target, notFoundText(target, entries))
  if (!areOfDifferentEvaluations(found)) throw refusal(path, target, 'is the place of several functions')
  const difference = differenceOf(last.target, target)
  if (difference !== '') throw refusal(path, target, difference)
  return last.call
}

/** How users are told of a threaded function. */
export function placeText(target: Wanted): string {
  return target.kind === 'named' ? target.name : `${target.line}:${target.column}`
}

function isAt(one: Wanted, other: Wanted): boolean {
  return one.kind === other.kind && placeText(one) === placeText(other)
}

/** A module may be evaluated several times. Then each evaluation has a function that is meant. */
function areOfDifferentEvaluations(entries: readonly Entry[]): boolean {
  const calls = new Set(entries.map(({ call }) => call))
  const evaluations = new Set(entries.map(({ evaluation }) => evaluation))
  return calls.size === 1 || (!evaluations.has(undefined) && evaluations.size === entries.length)
}

/**
 * Text that says why the function at the place is not the one that is meant, '' if it is. The file may have
 * changed after the other thread has loaded it, so that another call is at the place now.
 */
function differenceOf(here: Wanted, there: Wanted): string {
  if (here.kind === 'named' || there.kind === 'named') return ''
  if (here.digest === there.digest) {
    const isSame = here.functionName === there.functionName && here.parameters === there.parameters
    return isSame ? '' : 'is another function in the thread'
  }
  const isSame = here.declares !== '' && here.declares === there.declares
  return isSame ? '' : 'is in a file that has changed since the main program loaded it'
}

function notFoundText(target: Wanted, entries: readonly Entry[]): string {
  const places = entries.filter(({ target: { kind } }) => kind === target.kind).map(shown)
  const some = places.length > MAX_PLACES ? [...places.slice(0, MAX_PLACES), '…'] : places
  const others = places.length === 0 ? 'none' : some.join(', ')
  const what = target.kind === 'named' ? 'of this name' : 'at this place'
  return `is not found: the thread evaluated the file and made no threaded function ${what} (but: ${others})`
}

function shown({ target }: Entry): string {
  return placeText(target)
}

function refusal(path: string, target: Wanted, why: string): TypeError {
  const isNamed = target.kind === 'named'
  const where = isNamed ? `${path}#${target.name}` : `${path}:${placeText(target)}`
  const cure = isNamed
    ? 'threads must give this name, too, and to one function'
    : 'threads must make the call, too, under no condition; if its place differs there, give it a name: ' +
      "threaded(import.meta, fn, { name: 'parse' })"
  const message = `the threaded function ${where} ${why}; ${cure}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}
