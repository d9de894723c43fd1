import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * The files that a thread loads. They are in the package's folder `workers`, beside the sources and beside
 * each build. This module must stay one folder below the root of the sources, and so must its build.
 */

/** The cure for a program whose bundler has included millrace. */
export const EXTERNAL =
  "leave millrace external (esbuild: '--external:millrace', others: 'externals' or 'external'), and install it where the bundle runs"

// The error of a bundle that holds millrace needs a bundle that can be parsed. It may declare `createRequire`
// itself, so no module imports that name, and all use `Module.createRequire`.

/** The type is unknown: it is undefined in a bundle in CommonJS. */
const url: unknown = import.meta.url
if (typeof url !== 'string' || !hasWorkers(url)) throw bundled(url)

const EXTENSION = url.slice(url.lastIndexOf('.'))

/** The first file of a thread, as a path. It is plain JavaScript: a thread cannot load TypeScript before. */
export const BOOT: string = bootBeside(url)

/** The module that runs functions in a thread, as a URL. Beside the sources it is TypeScript. */
export const HOST: string = new URL(`../workers/host${EXTENSION}`, url).href

function bootBeside(own: string): string {
  return fileURLToPath(new URL('../workers/boot.cjs', own))
}

/** Whether the files of threads are there. They are not beside a program's own bundle. */
function hasWorkers(own: string): boolean {
  return own.startsWith('file:') && existsSync(bootBeside(own))
}

function bundled(own: unknown): Error {
  const where = typeof own === 'string' ? ` into ${own}` : ''
  return new Error(
    `millrace was bundled${where}: its threads load files of its package, which a bundle leaves behind: ${EXTERNAL}`,
  )
}
