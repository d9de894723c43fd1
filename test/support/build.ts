import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Threads in the tests run built JavaScript: starting one with a TypeScript loader costs 137 ms. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  )
}
