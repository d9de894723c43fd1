import { createRequire as requireFrom } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { isCommonJsByName, isFile, isTypeScript, type ModuleFile, modulesFrom } from './imports.ts'

/** How a thread comes to load a module as the main program could; structured-cloneable. */
export interface Loader {
  /** The thread should have tsx. */
  readonly wantsTsx: boolean
  /** What it registers, in this order, as `file:` URLs; none where no tsx was found. */
  readonly tsx: readonly string[]
  /** With tsx, CommonJS has copies of ES modules: the host is to be of the same copy of this library as the module. */
  readonly isCommonJs: boolean
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
 * Decides for the module `filename`, a `file:` URL. Node's own stripping of types loads less than tsx does: no enums,
 * no `./x.js` for x.ts, nothing in node_modules. So tsx it is, where there is one, for all TypeScript; but for what
 * tsx cannot load and Node can, and only if the main program does not run under tsx itself.
 */
export function loaderFor(filename: string): Loader {
  const path = fileURLToPath(filename)
  const wantsTsx = runsUnderTsx() || isTypeScript(fileURLToPath(import.meta.url)) || needsTsx(path)
  const tsx = wantsTsx ? findTsx(path) : []
  return { wantsTsx, tsx, isCommonJs: tsx.length > 0 && isCommonJsByName(path) }
}

function needsTsx(path: string): boolean {
  const modules = [...modulesFrom(path)]
  const nodeStrips = Boolean((process.features as { typescript?: unknown }).typescript)
  return modules.some((each) => isTypeScript(each.path)) && !(nodeStrips && modules.some(isBeyondTsx))
}

const NO_COMMONJS =
  /^(?:(?:export\s+)?(?:const|let|var)\b[^\n=]*=\s*|export\s+default\s+)?await\s|^for\s+await\b|\bimport\.meta\.(?:resolve|main)\b/

/**
 * In a package without `"type": "module"` tsx makes CommonJS of every `.ts`, where Node goes by what is in the file.
 * Top-level await is told by its indentation, the least there is.
 */
function isBeyondTsx({ path, source }: ModuleFile): boolean {
  const lines = source.split('\n').filter((line) => /\S/.test(line))
  const least = lines.reduce((indent, line) => Math.min(indent, line.search(/\S/)), Infinity)
  return lines.some((line) => NO_COMMONJS.test(line.slice(least))) && isCommonJsByName(path)
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

/** The files tsx is looked for from. A tsx named by its path is the main program's own, which threads may have already. */
function originsOfTsx(path: string): readonly string[] {
  const named = preloads().filter((each) => isTsx(each) && (isAbsolute(each) || each.startsWith('file:')))
  const main = getEnvironmentData(MAIN) ?? process.argv[1]
  // Node resolves what `node --import tsx` and `node -e` load from the working directory.
  const here = join(process.cwd(), 'main.js')
  return [...named, path, ...(isAbsolute(String(main)) ? [String(main)] : []), here, import.meta.url]
}

/** `require` names the CommonJS file, which in `tsx/esm/api` looks for its hooks in the wrong folder. */
function importable(path: string): string {
  const esm = path.replace(/\.cjs$/, '.mjs')
  return pathToFileURL(isFile(esm) ? esm : path).href
}

/**
 * The `execArgv` for threads; undefined where they can inherit it. With `--import` or `--loader` Node loads a thread's
 * first file as an ES module, which `--input-type`, of a `node -e` program, then forbids. But an execArgv of its own may
 * not hold all that the process's may: what says how modules are loaded stays.
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
