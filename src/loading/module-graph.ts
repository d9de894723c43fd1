import { readFileSync, statSync } from 'node:fs'
import { isBuiltin, createRequire as requireFrom } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A file of a program, read before anything of it runs. */
export interface ModuleFile {
  readonly path: string
  readonly source: string
}

const TYPESCRIPT = /\.[cm]?tsx?$/
const JAVASCRIPT = /\.[cm]?js$/
const MODULE = /\.[cm]?[jt]sx?$/
// Finds what only looks like an import, too, in comments say: it names no file, or one is read that need not
// be.
const SPECIFIERS = /(?<![.\w$])(?:import|export|require)\b[^'"`;]*?['"]([^'"\n]+)['"]/g
const MAX_FILES = 500
const MAX_BYTES = 2 ** 20

export function isTypeScript(path: string): boolean {
  return TYPESCRIPT.test(path)
}

/** What Node loads without a compiler. */
export function isJavaScript(path: string): boolean {
  return JAVASCRIPT.test(path)
}

export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
  } catch {
    // It may not be looked at (`--permission`).
    return false
  }
}

/**
 * The TypeScript file that is meant by `path`, which does not exist: x.ts by x.js, as compilers have it, or
 * by x.
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
 * What the file `path` loads, itself first, and all that is imported by a literal name from there on; without
 * what is in node_modules.
 */
export function* modulesFrom(path: string): Generator<ModuleFile> {
  const found = new Set<string>()
  const add = (target: string | undefined) => {
    const file = target === undefined || isFile(target) ? target : typeScriptFor(target)
    if (file !== undefined && MODULE.test(file) && found.size < MAX_FILES) found.add(file)
  }
  add(path)
  // A Set's iterator comes to what is added meanwhile, too.
  for (const file of found) {
    const source = read(file)
    yield { path: file, source }
    for (const [, specifier] of source.matchAll(SPECIFIERS)) {
      const target = locate(specifier as string, file)
      if (target?.split(sep).includes('node_modules') === false) add(target)
    }
  }
}

/** Whether Node takes the file for CommonJS by its name and its package alone, whatever is in it. */
export function isCommonJsByName(path: string): boolean {
  const [, flavour] = /\.([cm])[jt]sx?$/.exec(path) ?? []
  if (flavour !== undefined) return flavour === 'c'
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (isFile(manifest)) return !/"type"\s*:\s*"module"/.test(read(manifest))
    if (folder === dirname(folder)) return true
  }
}

/** `require`, if it has a hook for it, loads what is of no kind that Node knows, and CommonJS. */
export function isForRequire(path: string): boolean {
  return !MODULE.test(path) || isCommonJsByName(path)
}

function locate(specifier: string, from: string): string | undefined {
  if (isBuiltin(specifier)) return undefined
  try {
    if (/^(?:\.\.?\/|\/|file:)/.test(specifier)) {
      const path = fileURLToPath(new URL(specifier, pathToFileURL(from)))
      if (isFile(path) || typeScriptFor(path) !== undefined) return path
    }
    return requireFrom(from).resolve(specifier)
  } catch {
    return undefined
  }
}

export function read(path: string): string {
  try {
    return statSync(path).size > MAX_BYTES ? '' : readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
