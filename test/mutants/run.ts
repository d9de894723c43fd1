import { main } from '../../scripts/command-line.ts'
import { mutated } from './apply.ts'
import { isCompiled, judgeModule } from './compiled.ts'
import { Copy } from './copied.ts'
import { exploreMutant, findingOf } from './explored.ts'
import type { Layer, Mutant } from './mutants.ts'
import { type Options, optionsOf, SCRIPT } from './options.ts'
import { SCHEDULES, sampleMutant } from './sampled.ts'
import type { SceneName } from './scenes.ts'

/**
 * Time for test files on the source without a fault. With a fault they have TIMES as long as that took, at
 * least AT_LEAST_MS.
 */
const DEADLINE_MS = 300_000
const TIMES = 4
const AT_LEAST_MS = 60_000

interface Outcome {
  readonly mutant: Mutant
  readonly layer?: Layer
  readonly found?: string
  readonly error?: string
}

/** The layers that can find the mutant. */
function layersOf(mutant: Mutant, layers: readonly Layer[]): Layer[] {
  return layers.filter((layer) => {
    if (layer === 'explored' || layer === 'sampled') return mutant.scenes !== undefined
    return layer === 'compiled' ? isCompiled(mutant) : mutant.tests !== undefined
  })
}

const keyOf = (tests: readonly string[] | undefined) => (tests ?? []).join(' ')

const UNMUTATED: Mutant = { name: 'none', faults: [], expected: 'explored' }

/**
 * Checks that the source without a fault passes all checks. Returns ms by test files; undefined if it does
 * not.
 */
async function baseline(
  { mutants, layers, seed }: Options,
  copy: Copy,
): Promise<Map<string, number> | undefined> {
  const checks = new Map<string, () => Promise<string | undefined>>()
  for (const mutant of mutants) {
    const own = layersOf(mutant, layers)
    for (const scene of own.includes('explored') ? (mutant.scenes ?? []) : [])
      checks.set(`scene ${scene satisfies SceneName}`, () => findingOf(scene, []))
    if (own.includes('compiled')) checks.set('module', () => judgeModule(UNMUTATED, seed))
    if (own.includes('sampled')) checks.set('samples', () => sampleMutant(UNMUTATED, seed))
    if (own.includes('copied'))
      checks.set(keyOf(mutant.tests), () => copy.run(mutant.tests ?? [], DEADLINE_MS))
  }
  const times = new Map<string, number>()
  let failures = 0
  for (const [key, check] of checks) {
    const began = performance.now()
    const wrong = await check().catch((error: Error) => error.message)
    times.set(key, performance.now() - began)
    if (performance.now() - began > 10_000) console.log(`  unmutated, ${key}: ${seconds(began)} s`)
    if (wrong === undefined) continue
    failures++
    console.log(`the unmutated source fails: ${key}: ${wrong}`)
  }
  if (failures > 0) return undefined
  console.log(`the unmutated source passes ${checks.size} checks`)
  return times
}

async function judged(
  mutant: Mutant,
  { layers, seed }: Options,
  copy: Copy,
  times: Map<string, number>,
): Promise<Outcome> {
  const { tests } = mutant
  const deadlineMs = Math.max(AT_LEAST_MS, TIMES * (times.get(keyOf(tests)) ?? 0))
  for (const layer of layersOf(mutant, layers)) {
    try {
      const found =
        layer === 'explored'
          ? await exploreMutant(mutant)
          : layer === 'compiled'
            ? await judgeModule(mutant, seed)
            : layer === 'sampled'
              ? await sampleMutant(mutant, seed)
              : await copy.judge(mutant, tests ?? [], deadlineMs)
      if (found !== undefined) return { mutant, layer, found }
    } catch (error) {
      return { mutant, layer, error: (error as Error).message }
    }
  }
  return { mutant }
}

function print({ mutant, layer, found, error }: Outcome): void {
  const said =
    error !== undefined
      ? `BROKEN: ${error}`
      : (found ?? (mutant.equivalent === undefined ? 'SURVIVES' : `equivalent: ${mutant.equivalent}`))
  const early = layer !== undefined && layer !== mutant.expected ? ` (expected: ${mutant.expected})` : ''
  console.log(`${(layer ?? '-').padEnd(9)} ${mutant.name.padEnd(76)} ${said.slice(0, 110)}${early}`)
}

async function judgeAll(options: Options): Promise<boolean> {
  const { mutants, layers, seed } = options
  const began = performance.now()
  console.log(
    `Node ${process.version}; ${mutants.length} mutants; layers: ${layers.join(', ')}; seed ${seed}; ` +
      `sampled: ${SCHEDULES} schedules a configuration`,
  )
  for (const mutant of mutants) mutated(mutant)
  const copy = new Copy()
  try {
    const times = await baseline(options, copy)
    if (times === undefined) return false
    const outcomes: Outcome[] = []
    for (const mutant of mutants) {
      const outcome = await judged(mutant, options, copy, times)
      outcomes.push(outcome)
      print(outcome)
    }
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
  } finally {
    copy.remove()
  }
}

function seconds(began: number): number {
  return Math.round((performance.now() - began) / 1000)
}

await main(SCRIPT, async (values) => ((await judgeAll(optionsOf(values))) ? 0 : 1))
