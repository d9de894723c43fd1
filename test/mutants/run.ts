/**
 * Puts each deliberate fault into the source, one at a time, and asks the layers of checks, cheapest first, whether they
 * find it. `--help` says how.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { mutated } from './apply.ts'
import { isCompiled } from './compiled.ts'
import type { Answer, Question } from './judge.ts'
import type { Layer, Mutant } from './mutants.ts'
import { type Options, optionsOf, USAGE, UsageError } from './options.ts'
import { SCENES, type SceneName } from './scenes.ts'

/** For the explorer or the random operations, in ms; far above what they need. */
const PATIENCE = 240_000
/** For test files: this many times what the unmutated source took, and at least so many ms. */
const TIMES = 4
const AT_LEAST = 60_000
/** For what comes before and after: the start of the process, a copy, the core of a mutant. */
const GRACE = 60_000
const LATE = 'late'

interface Outcome {
  readonly mutant: Mutant
  readonly layer: Layer | undefined
  readonly found: string | undefined
  readonly error?: string
}

/** One process after another that answers questions; it is replaced when it is late. */
class Judge {
  #child: ChildProcess | undefined

  ask(question: Question): Promise<Answer | typeof LATE> {
    this.#child ??= fork(fileURLToPath(new URL('./judge.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
    })
    const child = this.#child
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer)
        child.removeAllListeners()
      }
      const timer = setTimeout(() => {
        end()
        this.#child = undefined
        child.kill('SIGKILL')
        resolve(LATE)
      }, question.ms + GRACE)
      child.once('message', (answer: Answer) => {
        end()
        resolve(answer)
      })
      child.once('exit', (code, signal) => {
        end()
        this.#child = undefined
        reject(new Error(`the process that judges ended by itself: ${code ?? signal}`))
      })
      child.send(question)
    })
  }

  end(): void {
    this.#child?.disconnect()
  }
}

/** Which layers a mutant is put to. */
function layersOf(mutant: Mutant, layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => {
    if (layer === 'explored') return mutant.scenes !== undefined
    return layer === 'compiled' ? isCompiled(mutant) : mutant.tests !== undefined
  })
}

const keyOf = (tests: readonly string[]) => tests.join(' ')

async function inParallel<T>(
  jobs: number,
  tasks: readonly T[],
  work: (task: T, judge: Judge) => Promise<void>,
) {
  const left = [...tasks]
  const workers = Array.from({ length: Math.min(jobs, left.length) }, async () => {
    const judge = new Judge()
    try {
      for (let task = left.shift(); task !== undefined; task = left.shift()) await work(task, judge)
    } finally {
      judge.end()
    }
  })
  await Promise.all(workers)
}

/** The unmutated source passes all that the mutants are put to. Returns ms by test files. */
async function baseline({ mutants, layers, jobs, seed }: Options): Promise<Map<string, number> | undefined> {
  const questions = new Map<string, Question>()
  for (const mutant of mutants) {
    const own = layersOf(mutant, layers)
    for (const scene of own.includes('explored') ? (mutant.scenes ?? []) : [])
      questions.set(`scene ${scene}`, { layer: 'explored', scene, ms: PATIENCE, seed })
    if (own.includes('compiled')) questions.set('module', { layer: 'compiled', ms: PATIENCE, seed })
    const { tests = [] } = mutant
    if (own.includes('copied')) questions.set(keyOf(tests), { layer: 'copied', tests, ms: PATIENCE, seed })
  }
  const times = new Map<string, number>()
  let failures = 0
  await inParallel(jobs, [...questions], async ([key, question], judge) => {
    const began = performance.now()
    const answer = await judge.ask(question)
    times.set(key, performance.now() - began)
    if (performance.now() - began > 10_000) console.log(`  unmutated, ${key}: ${seconds(began)} s`)
    const wrong = answer === LATE ? 'did not end' : (answer.error ?? answer.found)
    if (wrong === undefined) return
    failures++
    console.log(`the unmutated source fails: ${key}: ${wrong}`)
  })
  return failures > 0 ? undefined : times
}

async function judged(
  mutant: Mutant,
  judge: Judge,
  { layers, seed }: Options,
  times: Map<string, number>,
): Promise<Outcome> {
  const { tests = [] } = mutant
  const forTests = Math.max(AT_LEAST, TIMES * (times.get(keyOf(tests)) ?? 0))
  for (const layer of layersOf(mutant, layers)) {
    const ms = layer === 'copied' ? forTests : PATIENCE
    const question = { layer, mutant: mutant.name, tests, ms, seed }
    const answer = await judge.ask(question)
    // An exploration that does not end has found nothing.
    if (answer === LATE && layer === 'explored') continue
    if (answer === LATE) return { mutant, layer, found: `did not end within ${ms / 1000} s` }
    if (answer.error !== undefined) return { mutant, layer, found: undefined, error: answer.error }
    if (answer.found !== undefined) return { mutant, layer, found: answer.found }
  }
  return { mutant, layer: undefined, found: undefined }
}

function print({ mutant, layer, found, error }: Outcome): void {
  const said =
    error !== undefined
      ? `BROKEN: ${error}`
      : (found ?? (mutant.equivalent === undefined ? 'SURVIVES' : `equivalent: ${mutant.equivalent}`))
  const early = layer !== undefined && layer !== mutant.expected ? ` (expected: ${mutant.expected})` : ''
  console.log(`${(layer ?? '-').padEnd(9)} ${mutant.name.padEnd(76)} ${said.slice(0, 110)}${early}`)
}

async function main(options: Options): Promise<boolean> {
  const { mutants, layers, jobs, seed } = options
  const began = performance.now()
  console.log(
    `Node ${process.version}; ${mutants.length} mutants; layers: ${layers.join(', ')}; jobs ${jobs}; seed ${seed}`,
  )
  for (const mutant of mutants) mutated(mutant)
  console.log(
    `${Object.keys(SCENES satisfies Record<SceneName, unknown>).length} scenes; the unmutated source first`,
  )
  const times = await baseline(options)
  if (times === undefined) return false
  console.log(`the unmutated source passes ${times.size} checks, ${seconds(began)} s`)
  const outcomes: Outcome[] = []
  await inParallel(jobs, mutants, async (mutant, judge) => {
    const outcome = await judged(mutant, judge, options, times)
    outcomes.push(outcome)
    print(outcome)
  })
  const found = outcomes.filter((each) => each.found !== undefined)
  const equivalent = outcomes.filter(
    ({ mutant, found, error }) =>
      found === undefined && error === undefined && mutant.equivalent !== undefined,
  )
  const wrong = outcomes.length - found.length - equivalent.length
  const by = layers.map((layer) => `${found.filter((each) => each.layer === layer).length} ${layer}`)
  console.log(
    `found ${found.length} of ${outcomes.length} (${by.join(', ')}), ${equivalent.length} equivalent, ` +
      `${wrong} survive or are broken; ${seconds(began)} s`,
  )
  return wrong === 0
}

function seconds(began: number): number {
  return Math.round((performance.now() - began) / 1000)
}

try {
  const options = optionsOf(process.argv.slice(2))
  if (options === 'help') console.log(USAGE)
  else process.exitCode = (await main(options)) ? 0 : 1
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n\n${USAGE}\n`)
  process.exitCode = 2
}
