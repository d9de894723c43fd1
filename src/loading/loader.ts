import { createRequire as requireFrom } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { isCommonJsByName, isFile, isForRequire, isJavaScript, isTypeScript, modulesFrom } from './imports.ts'
import { hookFor, isHooked, type RequireHook } from './require-hooks.ts'

/**
 * One that the thread is to have; `isNeeded`: without it the module would not be loaded as the main program
 * does.
 */
export interface ThreadHook extends RequireHook {
  readonly isNeeded: boolean
}

/** How a thread comes to load a module as the main program could; structured-cloneable. */
export interface Loader {
  /** The thread should have tsx. */
  readonly wantsTsx: boolean
  /**
   * What it registers, in this order, as `file:` URLs; none where no tsx was found, or Node is to do without.
   */
  readonly tsx: readonly string[]
  /**
   * With tsx, CommonJS has copies of ES modules: the host is to be of the same copy of this library as the
   * module.
   */
  readonly isCommonJs: boolean
  /** The program's own hooks of `require` for the module's files: the thread is to have them, too. */
  readonly hooks?: readonly ThreadHook[]
  /** If the module cannot be loaded in this way, another thread tries that. */
  readonly otherwise?: Loader
}

/** A thread's `process.argv[1]` is its own file, so the main program's is handed down. */
const MAIN = 'millrace.main'
if (isMainThread) setEnvironmentData(MAIN, process.argv[1])

const OPTION = /^(-[^=]*)(?:=(.*))?$/s
const PRELOADING = ['--import', '--require', '-r', '--loader', '--experimental-loader']
const CONDITIONS = ['--conditions', '-C']
const SWITCHES = [
  '--enable-source-maps',
  '--experimental-strip-types',
  '--no-experimental-strip-types',
  '--no-strip-types',
  '--experimental-transform-types',
  '--preserve-symlinks',
  '--no-warnings',
]

/** tsx counts its registrations for `require` here. */
const TSX_COUNT = Symbol.for('tsx:global-cjs-loader-count')

/**
 * Decides for the module `filename`, a `file:` URL. The main program's way of loading is the thread's:
 *
 * | the main program | its threads |
 * |---|---|
 * | runs under tsx | have tsx |
 * | has hooks of `require` for the module's files | have these, and `require` the module |
 * | has Node strip types | the same; tsx if that fails |
 * | can load no TypeScript, or what a test runner makes of it | tsx |
 *
 * Tsx is looked for only where there is TypeScript.
 */
export function loaderFor(filename: string): Loader {
  const path = fileURLToPath(filename)
  if (runsUnderTsx() || isTypeScript(fileURLToPath(import.meta.url))) return withTsx(path)
  const modules = new Map([[path, '']])
  for (const each of modulesFrom(path)) modules.set(each.path, each.source)
  const files = [...modules.keys()]
  const hooks = hooksFor(modules)
  const isServed = (file: string) => isForRequire(file) && isHooked(file)
  const own: Loader = {
    wantsTsx: files.some((file) => isTypeScript(file) && !isServed(file)),
    tsx: [],
    isCommonJs: false,
    ...(hooks.length === 0 ? {} : { hooks }),
  }
  const other = files.some(isTypeScript) ? withTsx(path) : own
  if (other.tsx.length === 0) return own
  const strips = Boolean((process.features as { typescript?: unknown }).typescript)
  const isOwnFirst = hooks.length > 0 || (strips && !isTest())
  if (!isOwnFirst && !strips) return other
  const [first, second] = isOwnFirst === loadedOtherwise.has(filename) ? [other, own] : [own, other]
  return { ...first, otherwise: second }
}

/** Modules that this process has seen a thread load in the other way only. */
const loadedOtherwise = new Set<string>()

/** From now on, threads need not try before what has failed for the module `filename`. */
export function preferOtherwise(filename: string): void {
  loadedOtherwise.add(filename)
}

const ES_SYNTAX = /^[ \t]*(?:import|export)\b/m

function hooksFor(modules: ReadonlyMap<string, string>): ThreadHook[] {
  const hooks = new Map<string, ThreadHook>()
  for (const [file, source] of modules) {
    const hook = hookFor(file, mainFile())
    if (hook === undefined) continue
    const { extension } = hook
    // One for `.js` is asked for all that has none of its own, and may do no more than count what is covered.
    const isCompiled = isJavaScript(file) ? ES_SYNTAX.test(source) : extension !== '.js'
    const isNeeded = isCompiled && isForRequire(file)
    hooks.set(extension, { ...hook, isNeeded: isNeeded || hooks.get(extension)?.isNeeded === true })
  }
  return [...hooks.values()]
}

/** Test runners transform what the main program loads, in ways of their own. */
function isTest(): boolean {
  return process.env.VITEST !== undefined || process.env.JEST_WORKER_ID !== undefined
}

function withTsx(path: string): Loader {
  const tsx = findTsx(path)
  return { wantsTsx: true, tsx, isCommonJs: tsx.length > 0 && isCommonJsByName(path) }
}

function runsUnderTsx(): boolean {
  const count = (globalThis as { [TSX_COUNT]?: number })[TSX_COUNT] ?? 0
  return count > 0 || preloads().some(isTsx)
}

/** What the command line, or NODE_OPTIONS, has Node load before the main program. Threads inherit it. */
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

function findTsx(path: string): readonly string[] {
  for (const from of originsOfTsx(path)) {
    try {
      const { resolve } = requireFrom(from)
      return ['tsx/cjs/api', 'tsx/esm/api'].map((hook) => importable(resolve(hook)))
    } catch {
      // Not there, or a tsx from before these two.
    }
  }
  return []
}

/** The main program's file, '' if it has none. */
function mainFile(): string {
  const main = String(getEnvironmentData(MAIN) ?? process.argv[1])
  if (!isAbsolute(main)) return ''
  try {
    return requireFrom(main).resolve(main)
  } catch {
    return main
  }
}

/**
 * The files tsx is looked for from. A tsx named by its path is the main program's own, which threads may have
 * already.
 */
function originsOfTsx(path: string): readonly string[] {
  const named = preloads().filter((each) => isTsx(each) && (isAbsolute(each) || each.startsWith('file:')))
  const main = mainFile()
  // Node resolves what `node --import tsx` and `node -e` load from the working directory.
  const here = join(process.cwd(), 'main.js')
  return [...named, path, ...(main === '' ? [] : [main]), here, import.meta.url]
}

/** `require` names the CommonJS file, which in `tsx/esm/api` looks for its hooks in the wrong folder. */
function importable(path: string): string {
  const esm = path.replace(/\.cjs$/, '.mjs')
  return pathToFileURL(isFile(esm) ? esm : path).href
}

/**
 * The `execArgv` for threads; undefined where they can inherit it. With `--import` or `--loader` Node loads a
 * thread's first file as an ES module, which `--input-type`, of a `node -e` program, then forbids. But an
 * execArgv of its own may not hold all that the process's may: what says how modules are loaded stays.
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
