import { cpSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isWholeMatrix, Site } from '../loading/site.ts'

export { DEADLINE_MS, type Ended, nodes } from '../loading/site.ts'

const programs = fileURLToPath(new URL('programs', import.meta.url))

/**
 * The programs of a folder of `programs/`, in an installation of their own. Each shows one fault that users
 * have met. The named `packages` of this repository's node_modules are installed besides.
 */
export class Case extends Site {
  constructor(folder: string, packages: readonly string[] = []) {
    super(packages, {})
    cpSync(join(realpathSync(programs), folder), this.root, { recursive: true })
  }
}

/** The first `most` instances, for a short `npm test`. With MILLRACE_NODES, as in CI, all of them. */
export function sample<T>(most: number, all: readonly T[]): readonly T[] {
  return isWholeMatrix ? all : all.slice(0, most)
}
