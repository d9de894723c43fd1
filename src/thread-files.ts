import { fileURLToPath } from 'node:url'

/**
 * The files that a thread loads. They are in the package's folder `workers`, beside the sources and beside
 * each build. This module must stay one folder below the root of the sources, and so must its build.
 */

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** The first file of a thread, as a path. It is plain JavaScript: a thread cannot load TypeScript before. */
export const BOOT: string = fileURLToPath(new URL('../workers/boot.cjs', import.meta.url))

/** The module that runs functions in a thread, as a URL. Beside the sources it is TypeScript. */
export const HOST: string = new URL(`../workers/host${EXTENSION}`, import.meta.url).href
