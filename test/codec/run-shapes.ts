import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('fixtures/shapes-process.ts', import.meta.url))

/** Runs a task of fixtures/shapes-process.ts in a process of its own. @throws Error with what it printed */
export function runShapes(task: string, ...nodeOptions: string[]) {
  const ended = spawnSync(process.execPath, [...nodeOptions, '--import', 'tsx', SCRIPT, task], {
    encoding: 'utf8',
    timeout: 200_000,
  })
  if (ended.status !== 0) throw new Error(`ended with ${ended.signal ?? ended.status}\n${ended.stderr}`)
  return JSON.parse(ended.stdout) as { compiled: number; same: boolean; growth: number }
}
