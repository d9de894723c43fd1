import Module from 'node:module'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { setLatest } from '../latest.ts'
import {
  isCommonJsByName,
  isFile,
  isForRequire,
  isJavaScript,
  isTypeScript,
  type ModuleFile,
  moduleGraphOf,
} from './module-graph.ts'
import { hookFor, isHooked, type RequireHook } from './require-hooks.ts'

/** A hook that the thread shall have. */
export interface ThreadHook extends RequireHook {
  /** Without the hook, the module would not be loaded as the main program loads it. */
  readonly isNeeded: boolean
}

/** How a thread loads a module, so that it gets what the main program would get; structured-cloneable. */
export interface Loader {
  /** The thread should have tsx. */
  readonly wantsTsx: boolean
  /**
   * The modules of tsx that the thread registers, in this order, as `file:` URLs. Empty where no tsx was
   * found, and where the thread does without.
   */
  readonly tsx: readonly string[]
  /**
   * The module is CommonJS and tsx is registered. Tsx then makes copies of ES modules for CommonJS, so the
   * host is loaded by `require` as well, to share the module's copy of this library.
   */
  readonly isCommonJs: boolean
  /** The program's own hooks of `require` for the module's files. The thread registers them, too. */
  readonly hooks?: readonly ThreadHook[]
  /** Another way. A second thread tries it if the module cannot be loaded in this way. */
  readonly fallback?: Loader
}

/** Threads read the main program's file here, because their own `process.argv[1]` is another file. */
const MAIN = 'millrace.main'
if (isMainThread) setEnvironmentData(MAIN, process.argv[1])

/** An option on a command line: its flag, and the value behind `=` if there is one. */
const OPTION = /^(-[^=]*)(?:=(.*))?$/s
/** Options that load a module before the main program. */
const PRELOADING = ['--import', '--require', '-r', '--loader', '--experimental-loader']
/** Options with a value that say how imports are resolved. */
const CONDITIONS = ['--conditions', '-C']
/** Options without a value that say how modules are loaded. */
const SWITCHES = [
  '--enable-source-maps',
  '--experimental-strip-types',
  '--no-experimental-strip-types',
  '--no-strip-types',
  '--experimental-transform-types',
  '--preserve-symlinks',
  '--no-warnings',
]

/** Tsx counts its registrations for `require` in this property of globalThis. */
const TSX_COUNT = Symbol.for('tsx:global-cjs-loader-count')

/**
 * Decides how threads load the module `filename`, a `file:` URL. They load it as the main program would:
 *
 * | the main program | its threads |
 * |---|---|
 * | runs under tsx | have tsx |
 * | has hooks of `require` for the module's files | have these hooks, and `require` the module |
 * | lets Node strip types | let Node strip types; if that fails, have tsx |
 * | cannot load TypeScript, or is transformed by a test runner | have tsx |
 *
 * Tsx is searched only if the module, or a file that it imports, is TypeScript.
 */
export function loaderFor(filename: string): Loader {
  const path = fileURLToPath(filename)
  if (runsUnderTsx() || isTypeScript(fileURLToPath(import.meta.url))) return tsxLoader(path)
  const modules = [...moduleGraphOf(path)]
  const files = new Set([path, ...modules.map((module) => module.path)])
  const hooks = hooksFor(files, modules)
  const isCompiledByHook = (file: string) => isHooked(file) && isForRequire(file)
  const withoutTsx: Loader = {
    wantsTsx: [...files].some((file) => isTypeScript(file) && !isCompiledByHook(file)),
    tsx: [],
    isCommonJs: false,
    ...(hooks.length === 0 ? {} : { hooks }),
  }
  const withTsx = [...files].some(isTypeScript) ? tsxLoader(path) : withoutTsx
  if (withTsx.tsx.length === 0) return withoutTsx
  const nodeStripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)
  const isTsxSecond = hooks.length > 0 || (nodeStripsTypes && !isTest())
  if (!isTsxSecond && !nodeStripsTypes) return withTsx
  const isTsxFirst = isTsxSecond === loadedByFallback.has(filename)
  const [first, fallback] = isTsxFirst ? [withTsx, withoutTsx] : [withoutTsx, withTsx]
  return { ...first, fallback }
}

/** Modules that a thread of this process could load by the fallback only. */
const loadedByFallback = new Set<string>()

/** Says that the module `filename` was loaded by the fallback. From now on threads try that way first. */
export function preferFallback(filename: string): void {
  loadedByFallback.add(filename)
}

function hooksFor(files: ReadonlySet<string>, modules: readonly ModuleFile[]): ThreadHook[] {
  const withEsSyntax = new Set(modules.filter(({ hasEsSyntax }) => hasEsSyntax).map(({ path }) => path))
  const hooks = new Map<string, ThreadHook>()
  for (const file of files) {
    const hook = hookFor(file, mainFile())
    if (hook === undefined) continue
    const { extension } = hook
    // A hook for `.js` gets all files without a hook of their own. It may do no more than measure coverage.
    const isCompiled = isJavaScript(file) ? withEsSyntax.has(file) : extension !== '.js'
    const isNeeded = isCompiled && isForRequire(file)
    hooks.set(extension, { ...hook, isNeeded: isNeeded || hooks.get(extension)?.isNeeded === true })
  }
  return [...hooks.values()]
}

/** Whether a test runner runs the program. It transforms the files that the main program loads. */
function isTest(): boolean {
  return process.env.VITEST !== undefined || process.env.JEST_WORKER_ID !== undefined
}

function tsxLoader(path: string): Loader {
  const tsx = findTsx(path)
  return { wantsTsx: true, tsx, isCommonJs: tsx.length > 0 && isCommonJsByName(path) }
}

function runsUnderTsx(): boolean {
  const count = (globalThis as { [TSX_COUNT]?: number })[TSX_COUNT] ?? 0
  return count > 0 || preloads().some(isTsx)
}

/**
 * The modules that Node loads before the main program, by its command line or NODE_OPTIONS. Threads inherit
 * them.
 */
function preloads(): string[] {
  const words = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  return words.flatMap((word, index) => {
    const [, flag = '', value = words[index + 1] ?? ''] = OPTION.exec(word) ?? []
    return PRELOADING.includes(flag) ? [value] : []
  })
}

function isTsx(preload: string): boolean {
  return /(?:^|[\\/])tsx(?:$|[\\/])/.test(preload)
}

/** The modules of tsx that were found for a file. It takes milliseconds to find them. */
const tsxByFile = new Map<string, readonly string[]>()

function findTsx(path: string): readonly string[] {
  const known = tsxByFile.get(path) ?? []
  if (known.length > 0 && known.every((module) => isFile(fileURLToPath(module)))) return known
  const found = searchTsx(path)
  setLatest(tsxByFile, path, found)
  return found
}

function searchTsx(path: string): readonly string[] {
  for (const from of searchPathsOfTsx(path)) {
    try {
      const { resolve } = Module.createRequire(from)
      return ['tsx/cjs/api', 'tsx/esm/api'].map((hook) => importable(resolve(hook)))
    } catch {
      // There is no tsx, or a version without these two modules.
    }
  }
  return []
}

/** The main program's file; '' if it has none. */
function mainFile(): string {
  const main = String(getEnvironmentData(MAIN) ?? process.argv[1])
  if (!isAbsolute(main)) return ''
  try {
    return Module.createRequire(main).resolve(main)
  } catch {
    return main
  }
}

/**
 * The files from which tsx is searched. A tsx that a preload names by its path is the main program's own, and
 * threads may have it already.
 */
function searchPathsOfTsx(path: string): readonly string[] {
  const named = preloads().filter((each) => isTsx(each) && (isAbsolute(each) || each.startsWith('file:')))
  const main = mainFile()
  // Node resolves the modules of `node --import tsx` and `node -e` from the working directory.
  const here = join(process.cwd(), 'main.js')
  return [...named, path, ...(main === '' ? [] : [main]), here, import.meta.url]
}

/** `require` resolves to the CommonJS file. That of `tsx/esm/api` searches its hooks in the wrong folder. */
function importable(path: string): string {
  const esm = path.replace(/\.cjs$/, '.mjs')
  return pathToFileURL(isFile(esm) ? esm : path).href
}

/**
 * The `execArgv` for threads; undefined where they can inherit the process's. They cannot inherit
 * `--input-type`, of a `node -e` program: with `--import` or `--loader` Node loads a thread's first file as
 * an ES module, and `--input-type` forbids that. A thread's own `execArgv` may not hold every option of a
 * process, so only those that say how modules are loaded are kept.
 */
export function threadExecArgv(): string[] | undefined {
  const words = process.execArgv
  if (!words.some((word) => word.startsWith('--input-type'))) return undefined
  return words.flatMap((word, index) => {
    const [, flag = '', value] = OPTION.exec(word) ?? []
    if (SWITCHES.includes(flag)) return [word]
    if (!PRELOADING.includes(flag) && !CONDITIONS.includes(flag)) return []
    return value === undefined ? [word, words[index + 1] ?? ''] : [word]
  })
}
