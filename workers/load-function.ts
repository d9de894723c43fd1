import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import type { Loader } from '../src/loading/index.ts'
import { hasHook, isFile, typeScriptFor } from '../src/loading/index.ts'
import type { Target } from '../src/protocol/index.ts'
import { findThreaded } from '../src/threaded/index.ts'
import { codeOf, loadModule, missingHookText, type Namespace } from './load-module.ts'
import { placeOfSyntaxError } from './syntax-error-place.ts'

export type AnyFunction = (...args: never[]) => unknown

/** The most functions that an error message lists. */
const MAX_NAMES = 8
/** The modules of this thread. Node, too, would look each up once more to find that it is there. */
const loaded = new Map<string, Namespace>()
/** Errors of loading a module. Another loader might load the module. */
const loadingErrors = new WeakSet<object>()

/**
 * The function `target` of the module `filename`, a `file:` URL.
 * @throws the error of the module, unchanged; the error of Node or tsx, or an error with its code that
 *   explains it and has it as `cause`; TypeError (`ERR_INVALID_ARG_VALUE`) if the module has no such function
 */
export async function loadFunction(filename: string, target: Target, loader: Loader): Promise<AnyFunction> {
  const path = fileURLToPath(filename)
  let namespace = loaded.get(filename)
  try {
    namespace ??= await loadModule(filename, loader)
    loaded.set(filename, namespace)
  } catch (error) {
    const shown = explained(error, path, loader)
    if (isOfLoader(error)) loadingErrors.add(shown as object)
    throw shown
  }
  if (target.kind !== 'export') return findThreaded(filename, target)
  const { name } = target
  const found = exported(namespace, name)
  if (typeof found === 'function') return found as AnyFunction
  const names = functionsOf(namespace)
  const others = names.length === 0 ? 'it exports no function' : `its functions: ${names.join(', ')}`
  const what = found === undefined ? `exports no '${name}'` : `exports '${name}', which is ${shown(found)}`
  throw Object.assign(new TypeError(`${path} ${what}; ${others}`), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** Whether `error` says that the module could not be loaded, so that another loader might succeed. */
export function isLoadingError(error: unknown): boolean {
  return isObject(error) && loadingErrors.has(error)
}

/**
 * The export `name`. Node puts some exports of a CommonJS module on `default` only. For TypeScript that was
 * compiled to CommonJS, the default export is itself a property `default` there.
 */
function exported(namespace: Namespace, name: string): unknown {
  const direct = namespace[name]
  const nested = (namespace.default as Namespace | null | undefined)?.[name]
  const isNested = name === 'default' ? typeof nested === 'function' : direct === undefined
  return isNested && typeof direct !== 'function' ? nested : direct
}

function functionsOf(namespace: Namespace): string[] {
  const { default: nested } = namespace
  const names = [...Object.keys(namespace), ...(isObject(nested) ? Object.keys(nested) : [])]
  const functions = [...new Set(names)].filter(
    (name) => name !== 'module.exports' && typeof exported(namespace, name) === 'function',
  )
  return functions.length > MAX_NAMES ? [...functions.slice(0, MAX_NAMES), '…'] : functions
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  const text = inspect(value, { depth: 0, maxStringLength: 60, breakLength: Infinity })
  return value === null ? 'null' : `${typeof value} ${text}`
}

/** `error` itself; or, if more is known, an error that says more and has `error` as its cause. */
function explained(error: unknown, path: string, loader: Loader): unknown {
  if (!(error instanceof Error)) return error
  const lacksTsx = loader.wantsTsx && loader.tsx.length === 0 && loader.fallback === undefined
  if (isNotFound(error) && !isFile(path)) {
    const twin = typeScriptFor(path)
    if (twin === undefined) return about(error, `cannot find ${path}`)
    if (lacksTsx) return about(error, `cannot find ${path}, only ${twin}${TSX_HINT}`)
  }
  const place = placeIn(error)
  const isTsxNext = (loader.fallback?.tsx.length ?? 0) > 0
  if ((lacksTsx || isTsxNext) && needsTsx(error, place ?? path)) {
    return about(
      error,
      `${place === undefined ? '' : `${place}: `}${error.message}${isTsxNext ? '' : TSX_HINT}`,
    )
  }
  const missing = loader.hooks?.find(({ extension }) => !hasHook(extension))
  if (missing !== undefined && isOfLoader(error))
    return about(error, `${error.message} (${missingHookText(missing)})`)
  if (error instanceof SyntaxError && place === undefined) {
    const found = placeOfSyntaxError(error, path)
    return about(error, found === undefined ? `${path}: ${error.message}` : `${found}: ${error.message}`)
  }
  if (/^.*Top-level await is .*"cjs"/m.test(error.message)) {
    return about(error, `${error.message}; it is where package.json has "type": "module"`)
  }
  return error
}

const TSX_HINT = ' (npm i -D tsx lets threads load any TypeScript)'
const REFUSALS = ['ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING']

/**
 * Whether Node cannot load the file and tsx can: Node strips no types here, or the file has more than types.
 */
function needsTsx(error: Error, place: string): boolean {
  const code = codeOf(error)
  if (REFUSALS.includes(code)) return true
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return /"\.[cm]?tsx?"/.test(error.message)
  if (isNotFound(error)) return typeScriptFor(missingIn(error)) !== undefined
  // Without its types the file may still be no JavaScript. It may have a decorator, or import a type without
  // the word `type`.
  return error instanceof SyntaxError && code === '' && /\.[cm]?tsx?(?::\d+)?$/.test(place)
}

/** Whether Node, tsx or a hook has thrown `error`, and not the module itself. */
function isOfLoader(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  const isRefused = [...REFUSALS, 'ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNKNOWN_FILE_EXTENSION'].includes(
    code,
  )
  if (isRefused || isNotFound(error) || /is not defined in ES module scope/.test(error.message)) return true
  const files = [...(error.stack ?? '').matchAll(FRAME)].map(([, file]) => file ?? '')
  if (error instanceof SyntaxError && code === '') return files[0]?.startsWith('node:') === true
  return /[\\/]node_modules[\\/](?:tsx|esbuild)[\\/]/.test(
    files.find((file) => !file.startsWith('node:')) ?? '',
  )
}

const FRAME = /^ {4}at (?:.*\()?((?:node:|file:|\/|[A-Za-z]:\\).*?):\d+:\d+\)?$/gm

function isNotFound(error: Error): boolean {
  return ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND', 'ERR_UNSUPPORTED_DIR_IMPORT'].includes(codeOf(error))
}

/** The path of the file that an import did not find. */
function missingIn(error: Error): string {
  const [, missing = ''] = /^[^']*'([^']+)'/.exec(error.message) ?? []
  const [from = ''] = (error as { requireStack?: string[] }).requireStack ?? []
  return resolve(dirname(from), missing)
}

/**
 * The place that the error's stack begins with, as `/path/file.ts:3`. Node puts it there when it compiles.
 */
function placeIn({ stack = '' }: Error): string | undefined {
  const [, file, line] = /^(file:\/\/\S+|\/.+|[A-Za-z]:\\.+):(\d+)\n/.exec(stack) ?? []
  if (file === undefined) return undefined
  return `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}`
}

/** An error with `message`, the code of `error`, and `error` as its cause. */
function about(error: Error, message: string): Error {
  const Same = error instanceof SyntaxError ? SyntaxError : Error
  const code = codeOf(error)
  return Object.assign(new Same(message, { cause: error }), code === '' ? {} : { code })
}
