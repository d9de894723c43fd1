import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Builds dist/, which threads run: starting one with a TypeScript loader takes 137 ms. It also builds lib/,
 * which the package holds. Their output goes to stderr.
 */
export default function build(): void {
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck')
  run('--import', 'tsx', 'scripts/build-package.ts')
}

function run(...args: string[]): void {
  execFileSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    stdio: ['ignore', 2, 2],
  })
}
