import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Builds dist/, which threads run: starting one with a TypeScript loader costs 137 ms. Its output is on stderr. */
export default function build(): void {
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: ['ignore', 2, 2] },
  )
}
