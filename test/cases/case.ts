import { cpSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Site } from '../loading/site.ts'

export { DEADLINE, type Ended, nodes } from '../loading/site.ts'

const programs = fileURLToPath(new URL('programs', import.meta.url))

/**
 * The programs of a folder of `programs/`, in an installation of their own: each shows one fault that users have met. `packages`
 * of this repository's node_modules are installed besides.
 */
export class Case extends Site {
  constructor(folder: string, packages: readonly string[] = []) {
    super(packages, {})
    cpSync(join(realpathSync(programs), folder), this.root, { recursive: true })
  }
}
