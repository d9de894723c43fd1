import { readFileSync, type Stats, statSync } from 'node:fs'
import Module from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { clock } from '../clock.ts'
import { setLatest } from '../latest.ts'

/** A file of the program, read without running it. */
export interface ModuleFile {
  readonly path: string
  /** It has a line that begins with `import` or `export`. */
  readonly hasEsSyntax: boolean
  /** It names this library, as an import does. */
  readonly namesMillrace: boolean
}

interface ParsedModule extends ModuleFile {
  readonly mtimeMs: number
  readonly size: number
  /** The file that each specifier means; OUTSIDE for no file of the program; undefined if none was found. */
  readonly targets: Map<string, string | undefined>
  /** For names of packages that were not found: when they are searched again, in ms of the clock. */
  readonly searchAt: Map<string, number>
}

type FileStats = Pick<Stats, 'mtimeMs' | 'size' | 'isFile'>

const TYPESCRIPT = /\.[cm]?tsx?$/
const JAVASCRIPT = /\.[cm]?js$/
const MODULE = /\.[cm]?[jt]sx?$/
// It also matches text that only looks like an import, in a comment say. Such a specifier names no file, or a
// file that is read in vain.
const SPECIFIERS = /(?<![.\w$])(?:import|export|require)\b[^'"`;]*?['"]([^'"\n]+)['"]/g
const ES_SYNTAX = /^[ \t]*(?:import|export)\b/m
const MILLRACE = /['"]millrace['"/]/
/** A specifier that means a file of the program, which may be made at any time. */
const ONE_FILE = /^(?:\.\.?(?:\/|$)|\/|file:|#)/
/** ms until a package that was not found is searched again, in every folder above. */
const SEARCH_MS = 1000
const MAX_FILES = 500
const MAX_BYTES = 2 ** 20
/** The target of a specifier that means a module of Node or of a package. */
const OUTSIDE = ''

export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.test(path)
}

/** Whether Node loads the file without a compiler. */
export function isJavaScript(path: string): boolean {
  return JAVASCRIPT.test(path)
}

export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch {
    // Node's `--permission` may forbid to look at it.
    return false
  }
}

/**
 * The TypeScript file that `path` means, although `path` itself does not exist: x.ts for x.js, as compilers
 * resolve it, and for x.
 */
export function typeScriptFor(path: string): string | undefined {
  const javaScript = /^(.+)\.(c|m|)js(x?)$/.exec(path)
  const [, stem = path, flavour = '', x = ''] = javaScript ?? []
  const ends = javaScript
    ? [`.${flavour}ts${x}`, '.tsx']
    : ['.ts', '.tsx', `${sep}index.ts`, `${sep}index.tsx`]
  return ends.map((end) => stem + end).find(isFile)
}

/**
 * The file `path`, and all files that it imports by a literal name, directly or through others. Files in
 * node_modules are left out.
 */
export function* moduleGraphOf(path: string): Generator<ParsedModule> {
  const found = new Set<string>()
  const add = (file: string | undefined) => {
    if (file !== undefined && MODULE.test(file) && found.size < MAX_FILES) found.add(file)
  }
  add(existing(path))
  // The loop also visits the files that it adds.
  for (const file of found) {
    const module = parsed(file)
    yield module
    const { missing } = lookNow()
    for (const [specifier, known] of module.targets) {
      const place = `${file}\n${specifier}`
      if (known === undefined && (missing.has(place) || isKnownMissing(module, specifier))) continue
      const isKnown = known === OUTSIDE || (known !== undefined && (found.has(known) || isFileNow(known)))
      const target = isKnown ? known : targetOf(specifier, file)
      module.targets.set(specifier, target)
      if (target === undefined) {
        missing.add(place)
        if (!ONE_FILE.test(specifier)) module.searchAt.set(specifier, clock.now() + SEARCH_MS)
      }
      add(target)
    }
  }
}

function isKnownMissing({ searchAt }: ParsedModule, specifier: string): boolean {
  const at = searchAt.get(specifier)
  return at !== undefined && clock.now() < at
}

/** The latest files that were parsed. A file that has changed since then is parsed again. */
const parsedModules = new Map<string, ParsedModule>()

function parsed(path: string): ParsedModule {
  const { mtimeMs = 0, size = 0 } = statsNow(path) ?? {}
  const known = parsedModules.get(path)
  if (known !== undefined && known.mtimeMs === mtimeMs && known.size === size) return known
  const source = sourceOf(path)
  const specifiers = [...source.matchAll(SPECIFIERS)].map(([, specifier]) => specifier as string)
  const module: ParsedModule = {
    path,
    hasEsSyntax: ES_SYNTAX.test(source),
    namesMillrace: MILLRACE.test(source),
    mtimeMs,
    size,
    targets: new Map(specifiers.map((specifier) => [specifier, undefined])),
    searchAt: new Map(),
  }
  setLatest(parsedModules, path, module)
  return module
}

/**
 * Changes when the module `filename`, a `file:` URL, or a file of the program that it imports has changed on
 * disk.
 */
export function moduleVersion(filename: string): string {
  const { versions } = lookNow()
  const known = versions.get(filename)
  if (known !== undefined) return known
  const files = [...moduleGraphOf(fileURLToPath(filename))]
  const version = files.map(({ path, mtimeMs, size }) => `${path} ${mtimeMs} ${size}`).join('\n')
  versions.set(filename, version)
  return version
}

/** Looks at files that count for the rest of this turn: a start of threads needs each several times. */
interface Looks {
  readonly stats: Map<string, FileStats | undefined>
  /** Files and their specifiers that mean no file. */
  readonly missing: Set<string>
  readonly versions: Map<string, string>
}

let looks: Looks | undefined

function lookNow(): Looks {
  if (looks !== undefined) return looks
  looks = { stats: new Map(), missing: new Set(), versions: new Map() }
  void Promise.resolve().then(() => {
    looks = undefined
  })
  return looks
}

function statsNow(path: string): FileStats | undefined {
  const { stats } = lookNow()
  if (!stats.has(path)) stats.set(path, statsOf(path))
  return stats.get(path)
}

function isFileNow(path: string): boolean {
  return statsNow(path)?.isFile() === true
}

/** Whether Node takes the file for CommonJS because of its name and its package, whatever it contains. */
export function isCommonJsByName(path: string): boolean {
  const [, flavour] = /\.([cm])[jt]sx?$/.exec(path) ?? []
  if (flavour !== undefined) return flavour === 'c'
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (isFile(manifest)) return !/"type"\s*:\s*"module"/.test(sourceOf(manifest))
    if (folder === dirname(folder)) return true
  }
}

/**
 * Whether the program would load the file by `require`, if a hook of `require` is for it: CommonJS, and files
 * of a kind that Node does not know.
 */
export function isForRequire(path: string): boolean {
  return !MODULE.test(path) || isCommonJsByName(path)
}

/**
 * The file that an import of `specifier` in the file `from` means, OUTSIDE, or undefined if none is there.
 */
function targetOf(specifier: string, from: string): string | undefined {
  if (Module.isBuiltin(specifier)) return OUTSIDE
  try {
    const target = relativeTarget(specifier, from) ?? existing(Module.createRequire(from).resolve(specifier))
    return target?.split(sep).includes('node_modules') ? OUTSIDE : target
  } catch {
    return undefined
  }
}

function relativeTarget(specifier: string, from: string): string | undefined {
  if (!/^(?:\.\.?\/|\/|file:)/.test(specifier)) return undefined
  return existing(fileURLToPath(new URL(specifier, pathToFileURL(from))))
}

function existing(path: string): string | undefined {
  return isFileNow(path) ? path : typeScriptFor(path)
}

/** The text of a file; '' for one that cannot be read or has more than 1 MiB. */
export function sourceOf(path: string): string {
  try {
    return statSync(path).size > MAX_BYTES ? '' : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function statsOf(path: string): FileStats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
