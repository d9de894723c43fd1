import Module from 'node:module'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { calledFile } from './called-file.ts'
import { moduleGraphOf, sourceOf } from './module-graph.ts'

/**
 * A compiler that the program has given to `require`, as ts-node, swc, babel and sucrase do: a function in
 * `Module._extensions`. Threads inherit the hooks that `-r` registers. A hook that a module of the program
 * registered must be registered again in each thread.
 */
export interface RequireHook {
  /** The extension of the files that it loads. */
  readonly extension: string
  /** The file that holds the hook's function; '' if the function has no file. */
  readonly file: string
  /**
   * The modules that may have registered the hook, as paths or `file:` URLs. A thread loads them in this
   * order until it has the hook. Empty where they are unknown.
   */
  readonly registrars: readonly string[]
}

type HookFunction = (module: object, filename: string) => void

/** A module in the cache of `require`. */
interface CachedModule {
  readonly filename: string
  readonly children: readonly CachedModule[]
}

const internals = Module as unknown as {
  readonly _extensions?: Readonly<Record<string, HookFunction>>
  readonly _cache?: Readonly<Record<string, CachedModule>>
}

/**
 * The hook by which `require` in this thread would load `path`; undefined if Node itself would. `main` is the
 * program's first file.
 */
export function hookFor(path: string, main: string): RequireHook | undefined {
  const extension = extensionOf(path)
  const file = fileOfHook(extension)
  return file === undefined ? undefined : { extension, file, registrars: registrarsOf(file, main) }
}

/** Whether this thread has a hook for files with this extension. */
export function hasHook(extension: string): boolean {
  return fileOfHook(extension) !== undefined
}

/** Whether this thread has a hook for the file `path`. */
export function isHooked(path: string): boolean {
  return hasHook(extensionOf(path))
}

/** The longest registered extension of `path`. Node treats all others as `.js`. */
function extensionOf(path: string): string {
  const name = basename(path)
  for (let dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const extension = name.slice(dot)
    if (dot < name.length - 1 && internals._extensions?.[extension] !== undefined) return extension
  }
  return '.js'
}

const filesOfHooks = new WeakMap<HookFunction, string>()

/**
 * The file of the program's function that loads files with this extension; '' if the function has no file,
 * undefined if it is Node's own.
 */
function fileOfHook(extension: string): string | undefined {
  const hook = internals._extensions?.[extension]
  if (typeof hook !== 'function') return undefined
  let file = filesOfHooks.get(hook)
  if (file === undefined) {
    file = calledFile((probe) => hook(probe, join(import.meta.dirname, `none${extension}`)))
    filesOfHooks.set(hook, file)
  }
  return file.startsWith('node:') ? undefined : file
}

/**
 * The modules whose loading may have registered the function in `hookFile`: that file and the modules that
 * load it, nearest first. Modules of the program come before those of packages, because the program may pass
 * options to a package.
 */
function registrarsOf(hookFile: string, main: string): string[] {
  if (hookFile === '') return []
  // Some packages, as @babel/register, load their parts outside the cache. They are children of cached
  // modules.
  const loaded = new Set(Object.values(internals._cache ?? {}))
  for (const { children } of loaded) for (const child of children) loaded.add(child)
  const parentsOf = (file: string) =>
    [...loaded].filter(({ children }) => children.some(({ filename }) => filename === file))
  const chain = new Set([hookFile])
  // The loop also visits the files that it adds.
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

/**
 * Whether a thread may load the file. The program's main file, and files that use millrace, may start
 * threads.
 */
function mayLoadAgain(file: string, main: string): boolean {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  if (path === main) return false
  for (const { namesMillrace } of moduleGraphOf(path)) if (namesMillrace) return false
  return true
}

const FOR_EFFECT = /^\s*(?:import|require\s*\()\s*['"]([^'"\n]+)['"]\s*\)?\s*;?\s*(?:\/\/.*)?$/gm

/** Whether `from` loads `file` without using anything of it, so that loading it again has the same effect. */
function loadsForEffect(from: string, file: string): boolean {
  return [...sourceOf(from).matchAll(FOR_EFFECT)].some(([, specifier]) => {
    try {
      return Module.createRequire(from).resolve(specifier as string) === file
    } catch {
      return false
    }
  })
}

/** The name of the package that holds the file; '' for a file of the program itself. */
function packageOf(file: string): string {
  const folders = dirname(file).split(sep)
  const at = folders.lastIndexOf('node_modules') + 1
  if (at === 0) return ''
  return folders.slice(at, at + (folders[at]?.startsWith('@') ? 2 : 1)).join('/')
}
