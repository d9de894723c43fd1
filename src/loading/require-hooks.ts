import Module, { createRequire as requireFrom } from 'node:module'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { calleeOf } from './callee.ts'
import { modulesFrom, read } from './imports.ts'

/**
 * A program's own compilers for `require`, as ts-node, swc, babel and sucrase register them: functions in
 * `Module._extensions`. A thread has those that `-r` registers, and must be given those that a module of the
 * program did.
 */
export interface RequireHook {
  /** Of the files it loads. */
  readonly extension: string
  /** The file of its function; '' if it has none. */
  readonly place: string
  /**
   * Loaded in this order, paths or `file:` URLs, they register it; those that might. None where that cannot
   * be told.
   */
  readonly from: readonly string[]
}

type Loader = (module: object, filename: string) => void

interface Loaded {
  readonly filename: string
  readonly children: readonly Loaded[]
}

const internals = Module as unknown as {
  readonly _extensions?: Readonly<Record<string, Loader>>
  readonly _cache?: Readonly<Record<string, Loaded>>
}

/**
 * The hook by which `require` in this thread would load `path`, if that is not Node's own. `main` is the
 * program's first file.
 */
export function hookFor(path: string, main: string): RequireHook | undefined {
  const extension = extensionOf(path)
  const place = placeOfHook(extension)
  return place === undefined ? undefined : { extension, place, from: registersOf(place, main) }
}

/** Whether this thread has a hook for these files. */
export function hasHook(extension: string): boolean {
  return placeOfHook(extension) !== undefined
}

export function isHooked(path: string): boolean {
  return hasHook(extensionOf(path))
}

/** As Node has it: the longest that is registered; what is not, is loaded as `.js`. */
function extensionOf(path: string): string {
  const name = basename(path)
  for (let dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const extension = name.slice(dot)
    if (dot < name.length - 1 && internals._extensions?.[extension] !== undefined) return extension
  }
  return '.js'
}

const places = new WeakMap<Loader, string>()

/**
 * The file of the program's function that loads these files, '' if it has none; undefined if the function is
 * Node's.
 */
function placeOfHook(extension: string): string | undefined {
  const loader = internals._extensions?.[extension]
  if (typeof loader !== 'function') return undefined
  let place = places.get(loader)
  if (place === undefined) {
    place = calleeOf((trap) => loader(trap, join(import.meta.dirname, `none${extension}`)))
    places.set(loader, place)
  }
  return place.startsWith('node:') ? undefined : place
}

/**
 * The modules whose loading may have registered the function in the file `place`: that file, and those that
 * load it, nearest first; those of the program itself before those of packages, to which it may give options.
 */
function registersOf(place: string, main: string): string[] {
  if (place === '') return []
  // Some, as @babel/register, load what they need outside the cache.
  const loaded = new Set(Object.values(internals._cache ?? {}))
  for (const { children } of loaded) for (const child of children) loaded.add(child)
  const parentsOf = (file: string) =>
    [...loaded].filter(({ children }) => children.some(({ filename }) => filename === file))
  const chain = new Set([place])
  // A Set's iterator comes to what is added meanwhile, too.
  for (const file of chain) for (const { filename } of parentsOf(file)) chain.add(filename)
  const own = [...chain].filter((file) => packageOf(file) === '' && mayLoadAgain(file, main))
  const packaged = [...chain].filter((file) => {
    if (packageOf(file) === '') return false
    const parents = [...parentsOf(file).map(({ filename }) => filename), main]
    return parents.some((parent) =>
      packageOf(parent) === '' ? loadsForEffect(parent, file) : packageOf(parent) !== packageOf(file),
    )
  })
  return [...own, ...packaged]
}

/** Not what would start the program once more. */
function mayLoadAgain(file: string, main: string): boolean {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  if (path === main) return false
  for (const { source } of modulesFrom(path)) if (/['"]millrace['"/]/.test(source)) return false
  return true
}

const FOR_EFFECT = /^\s*(?:import|require\s*\()\s*['"]([^'"\n]+)['"]\s*\)?\s*;?\s*(?:\/\/.*)?$/gm

/** What it does not call, or take anything from: so loading is all there is to it. */
function loadsForEffect(from: string, file: string): boolean {
  return [...read(from).matchAll(FOR_EFFECT)].some(([, specifier]) => {
    try {
      return requireFrom(from).resolve(specifier as string) === file
    } catch {
      return false
    }
  })
}

function packageOf(file: string): string {
  const folders = dirname(file).split(sep)
  const at = folders.lastIndexOf('node_modules') + 1
  if (at === 0) return ''
  return folders.slice(at, at + (folders[at]?.startsWith('@') ? 2 : 1)).join('/')
}
