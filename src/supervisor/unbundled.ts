import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** What helps where a bundler has taken millrace apart. */
export const EXTERNAL =
  "leave millrace external (esbuild: '--external:millrace', others: 'externals' or 'external'), and install it where the bundle runs"

/** Not what TypeScript says of it: a bundler that makes CommonJS has none. */
const url: unknown = import.meta.url

// Threads load files beside this one, by their places. In a bundle this module is no file of its own, or one
// that stayed where the bundle was made. Imported first, so that this is said before a module is evaluated
// that asks for its place, too. Nor would it be said if a bundle could not be parsed: it may declare
// `createRequire` itself, which is imported under another name everywhere.
if (typeof url !== 'string' || !isHere(url)) {
  const where = typeof url === 'string' ? ` into ${url}` : ''
  throw new Error(
    `millrace was bundled${where}: its threads load files of its package, which a bundle leaves behind: ${EXTERNAL}`,
  )
}

function isHere(own: string): boolean {
  return /\/supervisor\/unbundled\.[jt]s$/.test(own.replace(/[?#].*$/, '')) && existsSync(fileURLToPath(own))
}
