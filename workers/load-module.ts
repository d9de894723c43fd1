import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Loader, ThreadHook } from '../src/loading/index.ts'
import { hasHook, isForRequire, isHooked, isTypeScript } from '../src/loading/index.ts'

export type Namespace = Readonly<Record<string, unknown>>

/**
 * Loads the module `filename`, a `file:` URL, as the main program does: where that has a hook of `require`
 * for it, by `require`.
 * @throws what the module throws, or Node; Error for a hook that this thread cannot be given
 */
export async function load(filename: string, { hooks = [] }: Loader): Promise<Namespace> {
  for (const hook of hooks) {
    if (!(await give(hook)) && hook.isNeeded) throw new Error(withoutHook(hook))
  }
  const path = fileURLToPath(filename)
  if (hooks.length === 0 || !isHooked(path)) return import(filename)
  const isRequired = isForRequire(path)
  try {
    return await (isRequired ? requireFile(path) : import(filename))
  } catch (error) {
    if (isRequired && isForImport(error)) return import(filename)
    if (isRequired || !isForHook(error, path)) throw error
    try {
      return requireFile(path)
    } catch {
      throw error
    }
  }
}

/** What the main program loaded by a hook that this thread lacks. */
export function withoutHook({ extension, place }: ThreadHook): string {
  return (
    `the main program loads ${extension} files by a require hook${place === '' ? '' : ` (of ${place})`} that its threads do not ` +
    'have: register it by -r, which they inherit, as in `node -r ./hook.cjs main.cjs`'
  )
}

async function give({ extension, from }: ThreadHook): Promise<boolean> {
  for (const file of from) {
    if (hasHook(extension)) break
    try {
      await (file.startsWith('file:') ? import(file) : requireFile(file))
    } catch {
      // It is none that registers it, here.
    }
  }
  return hasHook(extension)
}

function requireFile(path: string): Namespace {
  return { default: createRequire(path)(path) }
}

const ES_MODULE = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE']
const ES_SYNTAX = /await is only valid|import\.meta|import statement|Unexpected token 'export'/

/** It is an ES module, and no hook has made anything else of it. */
function isForImport(error: unknown): boolean {
  return ES_MODULE.includes(codeOf(error)) || (error instanceof SyntaxError && ES_SYNTAX.test(error.message))
}

/** Node knows no such files, or not what is in them. */
function isForHook(error: unknown, path: string): boolean {
  const isSyntax = error instanceof SyntaxError && isTypeScript(path)
  return (
    isSyntax || ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'].includes(codeOf(error))
  )
}

export function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code ?? '')
}
