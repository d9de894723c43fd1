import Module from 'node:module'
import { fileURLToPath } from 'node:url'
import { fileUrl, invalidType } from '../check.ts'

/** The module in which `threaded` was called. */
export interface Origin {
  /** A `file:` URL without query and hash. */
  readonly filename: string
  readonly path: string
  /** One object for each evaluation of the module; undefined if this call does not tell. */
  readonly evaluation: object | undefined
  /** False if another object may stand for the same evaluation, as with a literal `{ url }`. */
  readonly isExact: boolean
}

const EXPECTED = 'import.meta, or in CommonJS, where import.meta has no url, `__filename`'

/** @throws TypeError if `meta` names no file */
export function originOf(meta: unknown): Origin {
  const url = urlOf(meta)
  const filename = fileUrl('meta', url instanceof URL || url.startsWith('file:') ? bare(url) : url)
  const path = fileURLToPath(filename)
  const isObject = typeof meta === 'object' && !isUrl(meta)
  if (isObject && Object.getPrototypeOf(meta) === null)
    return { filename, path, evaluation: meta as object, isExact: true }
  // In CommonJS, the Module object is there before the module is evaluated, and another one is there when the
  // module is evaluated again.
  const loaded = (Module as unknown as { _cache?: Record<string, object> })._cache?.[path]
  if (loaded !== undefined) return { filename, path, evaluation: loaded, isExact: true }
  return { filename, path, evaluation: isObject ? (meta as object) : undefined, isExact: false }
}

function urlOf(meta: unknown): string | URL {
  if (typeof meta === 'string') return meta
  if (isUrl(meta)) return new URL(meta.href)
  const url = typeof meta === 'object' && meta !== null ? (meta as { url?: unknown }).url : undefined
  if (typeof url !== 'string') throw invalidType('meta', EXPECTED, meta)
  return url
}

/** Whether it is a URL, of whichever realm: a test runner may run the program in one of its own. */
function isUrl(meta: unknown): meta is URL {
  return typeof meta === 'object' && meta !== null && typeof (meta as { href?: unknown }).href === 'string'
}

/** Vite and tsx add a query to the URLs of some modules. */
function bare(url: string | URL): URL {
  const plain = new URL(url)
  plain.search = ''
  plain.hash = ''
  return plain
}
