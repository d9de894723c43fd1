import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main, script } from '../../scripts/command-line.ts'

const SCRIPT = script({
  command: 'npm run jest',
  does:
    'Runs the tests of test/jest/program in Jest, which it installs, with the packed package: `process` in a test of ' +
    'Jest is a copy that gets no events. MILLRACE_NODES names the Nodes to run them on, separated as in PATH.',
  options: {},
  example: '',
  exit: ['all tests passed', 'a test failed'],
})

const JEST = 'jest@30'
const DEADLINE_MS = 180_000

const repository = fileURLToPath(new URL('../..', import.meta.url))
const nodes = (process.env.MILLRACE_NODES ?? process.execPath).split(delimiter)

await main(SCRIPT, () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-jest-'))
  try {
    cpSync(fileURLToPath(new URL('program', import.meta.url)), folder, { recursive: true })
    const npm = (args: string[], cwd: string) =>
      execFileSync('npm', args, {
        cwd,
        encoding: 'utf8',
        timeout: DEADLINE_MS,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
    const [{ filename }] = JSON.parse(
      npm(['pack', '--json', '--pack-destination', folder], repository).replace(/^[^[]*/, ''),
    )
    console.log(`installing ${JEST} and ${filename}`)
    npm(['install', '--no-audit', '--no-fund', '--no-save', JEST, join(folder, filename)], folder)
    const totals = { passed: 0, failed: 0 }
    for (const node of nodes) {
      const { passed, failed } = testsOn(node, folder)
      totals.passed += passed
      totals.failed += failed
    }
    console.log(`${totals.passed} passed, ${totals.failed} failed`)
    return totals.failed > 0 || totals.passed === 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function testsOn(node: string, folder: string): { passed: number; failed: number } {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const { status, stdout, stderr } = spawnSync(
    node,
    [
      ...['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.mjs'],
      ...['--transform', '{}', '--json', '--outputFile', report],
    ],
    { cwd: folder, encoding: 'utf8', timeout: DEADLINE_MS, killSignal: 'SIGKILL' },
  )
  let results: { numPassedTests: number; numFailedTests: number } | undefined
  try {
    results = JSON.parse(readFileSync(report, 'utf8'))
  } catch {}
  const passed = results?.numPassedTests ?? 0
  // It is also a failure if Jest was killed or wrote no report.
  const failed = Math.max(results?.numFailedTests ?? 0, status === 0 && results !== undefined ? 0 : 1)
  console.log(`Node ${version}: ${passed} passed, ${failed} failed`)
  if (failed > 0) console.log(stdout, stderr)
  return { passed, failed }
}
