import { execFileSync } from 'node:child_process'
import { ROOT } from './paths.ts'

/** What is measured is dist/, as users run it. */
export function buildDist(): void {
  const compiler = 'node_modules/typescript/bin/tsc'
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
}
