import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The cure for a program whose bundler has included millrace. */
export const EXTERNAL =
  "leave millrace external (esbuild: '--external:millrace', others: 'externals' or 'external'), and install it where the bundle runs"

/** The type is unknown: it is undefined in a bundle in CommonJS. */
const url: unknown = import.meta.url

// Threads load files beside this one. In a bundle this module is not a file of its own, or the file stayed
// where the bundle was made. This module is imported first, so that its error comes before errors of modules
// that need their own place. The error also needs a bundle that can be parsed: a bundle may declare
// `createRequire` itself, so all modules import that under another name.
if (typeof url !== 'string' || !isHere(url)) {
  const where = typeof url === 'string' ? ` into ${url}` : ''
  throw new Error(
    `millrace was bundled${where}: its threads load files of its package, which a bundle leaves behind: ${EXTERNAL}`,
  )
}

function isHere(own: string): boolean {
  return /\/supervisor\/unbundled\.[jt]s$/.test(own.replace(/[?#].*$/, '')) && existsSync(fileURLToPath(own))
}
