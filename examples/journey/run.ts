/**
 * Plays the steps of docs/journey.md, each in a process of its own, one after the other.
 *
 *   npx tsx examples/journey/run.ts [STEP...]
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fail } from '../shared/command.ts'
import { readOptions } from '../shared/options.ts'
import { say } from './shared/step.ts'
import { STEPS, type Step } from './steps.ts'

const NAME = 'journey'

const HELP = `Usage: npx tsx examples/journey/run.ts [STEP...]

Plays the steps of docs/journey.md, all of them or those whose numbers are given, each in a process of its own.

${STEPS.map(({ title }, index) => `  ${String(index + 1).padStart(2)}  ${title}`).join('\n')}

  --help, -h  prints this

Ctrl-C ends the step that plays, and no further one begins.
Exit codes: 0; 1 a step failed; 2 wrong arguments; 130 interrupted.
`

let isInterrupted = false
// The terminal sends SIGINT to the step as well. A second one ends this process at once.
process.once('SIGINT', () => {
  isInterrupted = true
})

async function main(numbers: readonly number[]): Promise<void> {
  const failed: number[] = []
  const began = performance.now()
  for (const number of numbers) {
    const step = STEPS[number - 1] as Step
    say(`${number === numbers[0] ? '' : '\n'}--- ${number}. ${step.title} ---`)
    if ((await play(step)) !== 0) failed.push(number)
    if (isInterrupted) {
      process.exitCode = 130
      return
    }
  }
  say(`\n${numbers.length} steps in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  if (failed.length > 0) fail(NAME, new Error(`failed: ${failed.join(', ')}`), 1)
}

/** Resolves with the exit code; null if a signal ended the step. */
function play({ program, args = [] }: Step): Promise<number | null> {
  const file = fileURLToPath(new URL(program, import.meta.url))
  const tsx = import.meta.resolve('tsx')
  const child = spawn(process.execPath, ['--import', tsx, file, ...args], { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
}

function numbersOf(given: readonly string[]): number[] {
  if (given.length === 0) return STEPS.map((_, index) => index + 1)
  return given.map((text) => {
    const number = /^\d+$/.test(text) ? Number(text) : 0
    if (number >= 1 && number <= STEPS.length) return number
    throw new Error(`STEP: an integer from 1 to ${STEPS.length} expected, got '${text}'`)
  })
}

let numbers: number[] | undefined
const options = readOptions(NAME, HELP, { most: [STEPS.length, 'STEP'] })
if (options !== undefined) {
  try {
    numbers = numbersOf(options.files)
  } catch (error) {
    fail(NAME, error, 2)
  }
}
if (numbers !== undefined) await main(numbers).catch((error) => fail(NAME, error, 1))
