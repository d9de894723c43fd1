import { realpathSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withStacks } from '../loading/index.ts'

/** Counted from 1, as in stacks. */
export interface Place {
  readonly line: number
  readonly column: number
}

// biome-ignore lint/suspicious/noExplicitAny: any function
type AnyFunction = (...args: any[]) => any
type Site = Pick<NodeJS.CallSite, 'getFileName' | 'getLineNumber' | 'getColumnNumber'>

/**
 * The place in the file `path` where `called` was called, directly or through helpers in other files, as the
 * stack has it; undefined if the stack has no place of this file.
 *
 * If the file was compiled when it was loaded, its script has the same name and other places. Then a source
 * map leads to the place in the file: either the program formats its stacks with one (vitest, and loaders
 * with source-map-support), or Node does (tsx). A source map that leads to another file is of no use, because
 * a compiled file is what the thread loads.
 */
export function placeOfCall(called: AnyFunction, path: string): Place | undefined {
  const sites = stackOf(called, Number.POSITIVE_INFINITY, (_, all) => all)
  if (!Array.isArray(sites)) return placeInText(stackOf(called, 100, undefined), path)
  const depth = sites.findIndex((site: Site) => isSame(site.getFileName(), path))
  if (depth < 0) return undefined
  const site: Site = sites[depth]
  const raw = { line: site.getLineNumber() ?? 0, column: site.getColumnNumber() ?? 0 }
  for (const prepare of [Error.prepareStackTrace, undefined]) {
    const mapped = lastPlaceIn(stackOf(called, depth + 1, prepare), path)
    if (mapped !== undefined && (mapped.line !== raw.line || mapped.column !== raw.column)) return mapped
  }
  return raw
}

function stackOf(
  above: AnyFunction,
  limit: number,
  prepare: typeof Error.prepareStackTrace | undefined,
): unknown {
  const error = new Error()
  try {
    return withStacks(limit, prepare, () => {
      Error.captureStackTrace(error, above)
      return error.stack
    })
  } catch {
    // The program's own way to format stacks has thrown.
    return undefined
  }
}

const FRAME = /^\s+at (?:.*\()?((?:file:|\/|[A-Za-z]:\\).*):(\d+):(\d+)\)?$/

function placesIn(stack: unknown): { readonly file: string; readonly place: Place }[] {
  if (typeof stack !== 'string') return []
  return stack.split('\n').flatMap((line) => {
    const [, file = '', at, column] = FRAME.exec(line) ?? []
    return file === '' ? [] : [{ file, place: { line: Number(at), column: Number(column) } }]
  })
}

function placeInText(stack: unknown, path: string): Place | undefined {
  return placesIn(stack).find(({ file }) => isSame(file, path))?.place
}

function lastPlaceIn(stack: unknown, path: string): Place | undefined {
  const last = placesIn(stack).at(-1)
  return last !== undefined && isSame(last.file, path) ? last.place : undefined
}

/** Whether `file`, as a stack names it, is the file `path`. */
function isSame(file: string | null | undefined, path: string): boolean {
  if (file === null || file === undefined) return false
  if (file === path) return true
  const found = pathOf(file)
  return found === path || (basename(found) === basename(path) && realPath(found) === realPath(path))
}

function pathOf(file: string): string {
  const bare = file.replace(/[?#].*$/, '')
  try {
    return bare.startsWith('file:') ? fileURLToPath(bare) : bare
  } catch {
    return bare
  }
}

/** The path without symbolic links; `path` itself if there is no such file. */
export function realPath(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
  }
}
