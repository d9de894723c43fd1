import { inspect } from 'node:util'
import { CONFIGURATIONS } from './configurations/index.ts'
import type { Explored } from './explore.ts'
import type { Sampled, Sampler } from './pct.ts'
import { run, samplerOf } from './scenario.ts'

/** A part of the work: an exploration, or some schedules by chance. */
export type Work =
  | { readonly name: string; readonly preemptions: number | 'all' }
  | { readonly name: string; readonly seed: number; readonly from: number; readonly count: number }

export interface Outcome {
  readonly work: Work
  readonly explored?: Explored
  readonly sampled?: Sampled
  readonly failure?: string
}

export async function done(work: Work): Promise<Outcome> {
  const { scenario, kills } = configurationOf(work.name)
  if ('preemptions' in work) {
    const preemptions = work.preemptions === 'all' ? Number.POSITIVE_INFINITY : work.preemptions
    try {
      return { work, explored: await run(scenario, { preemptions, kills }) }
    } catch (error) {
      return { work, failure: (error as Error).message }
    }
  }
  const { seed, from, count } = work
  const sampler: Sampler = await samplerOf(scenario, { seed, kills })
  try {
    for (let number = from; number < from + count; number++) sampler.run(number)
    return { work, sampled: sampler.sampled }
  } catch (error) {
    return { work, sampled: sampler.sampled, failure: (error as Error).message }
  }
}

function configurationOf(name: string) {
  const found = CONFIGURATIONS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no configuration ${name}`)
  return found
}

/** In a child process: the parent sends one piece of work after another. */
if (process.send !== undefined && process.argv[2] === 'worker') {
  process.on('message', (work: Work) => {
    done(work).then(
      (outcome) => process.send?.(outcome),
      (error: unknown) => {
        process.stderr.write(`${inspect(error)}\n`)
        process.exit(1)
      },
    )
  })
  process.on('disconnect', () => process.exit(0))
}
