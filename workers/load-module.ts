import Module from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Loader, ThreadHook } from '../src/loading/index.ts'
import { hasHook, isForRequire, isHooked, isTypeScript } from '../src/loading/index.ts'

export type Namespace = Readonly<Record<string, unknown>>

/**
 * Loads the module `filename`, a `file:` URL, as the main program does: by `require` if the main program has
 * a hook of `require` for it, else by `import()`.
 * @throws the error of the module or of Node; an Error if this thread cannot get a hook that is needed
 */
export async function loadModule(filename: string, { hooks = [] }: Loader): Promise<Namespace> {
  for (const hook of hooks) {
    if (!(await register(hook)) && hook.isNeeded) throw new Error(missingHookText(hook))
  }
  const path = fileURLToPath(filename)
  if (hooks.length === 0 || !isHooked(path)) return import(filename)
  const isRequired = isForRequire(path)
  try {
    return await (isRequired ? requireFile(path) : import(filename))
  } catch (error) {
    if (isRequired && needsImport(error)) return import(filename)
    if (isRequired || !needsHook(error, path)) throw error
    try {
      return requireFile(path)
    } catch {
      throw error
    }
  }
}

/** Says that this thread lacks a hook of the main program, and how to give it to threads. */
export function missingHookText({ extension, file }: ThreadHook): string {
  return (
    `the main program loads ${extension} files by a require hook${file === '' ? '' : ` (of ${file})`} that its ` +
    'threads do not have: register it by -r, which they inherit, as in `node -r ./hook.cjs main.cjs`'
  )
}

/** Loads the modules that may register the hook. Returns whether this thread has it. */
async function register({ extension, registrars }: ThreadHook): Promise<boolean> {
  for (const file of registrars) {
    if (hasHook(extension)) break
    try {
      await (file.startsWith('file:') ? import(file) : requireFile(file))
    } catch {
      // This module does not register the hook in a thread. The next one may.
    }
  }
  return hasHook(extension)
}

function requireFile(path: string): Namespace {
  return { default: Module.createRequire(path)(path) }
}

const ES_MODULE = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']
const ES_SYNTAX = /await is only valid|import\.meta|import statement|Unexpected token 'export'/

/** Whether `require` failed because the file is an ES module that no hook compiles. */
function needsImport(error: unknown): boolean {
  return ES_MODULE.includes(codeOf(error)) || (error instanceof SyntaxError && ES_SYNTAX.test(error.message))
}

/** Whether `import()` failed because Node cannot load files of this kind without a hook. */
function needsHook(error: unknown, path: string): boolean {
  const isSyntax = error instanceof SyntaxError && isTypeScript(path)
  return (
    isSyntax || ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'].includes(codeOf(error))
  )
}

/** The code of an error; '' if it has none. */
export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code ?? '')
}
