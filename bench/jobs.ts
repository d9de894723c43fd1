import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { integer, main, script, severalOf } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { type Attempt, attempt } from './jobs/attempt.ts'
import { inputs, type JobName } from './jobs/inputs.ts'
import { headerOf } from './output/header.ts'
import { median } from './output/statistics.ts'
import { aligned } from './output/table.ts'

const JOBS = Object.keys(inputs) as JobName[]
/** The files of each contender; those that both share are not counted. */
const CONTENDERS = { millrace: ['millrace.mjs'], piscina: ['piscina.mjs', 'piscina-work.mjs'] } as const

type Contender = keyof typeof CONTENDERS

const SCRIPT = script({
  command: 'npm run bench:jobs --',
  does:
    'Runs five jobs that users bring, written with millrace and with piscina (and p-map), each in fresh processes: ' +
    'lines of code, time, memory, failed attempts.',
  options: {
    rounds: integer('measured rounds of each contender; one more round warms it up', {
      min: 1,
      max: 1000,
      fallback: 5,
    }),
    percent: integer('share of the items of each job', { min: 1, max: 100, fallback: 100 }),
    only: severalOf('a job', JOBS, 'all jobs'),
  },
  example: '--only d-tasks --rounds 3',
  exit: ['all is measured', 'an attempt of millrace failed, or gave another result than the others'],
})

await main(SCRIPT, async ({ rounds, percent, only = JOBS }) => {
  build()
  const { machine, cores, load, node, commit } = headerOf(rounds)
  console.log(`${machine}, ${cores} cores, load ${load.toFixed(1)}, Node ${node}, millrace ${commit}`)
  console.log(`${rounds} rounds after one to warm up, alternating; ${percent} % of the items`)
  const folder = mkdtempSync(join(tmpdir(), 'millrace-jobs-'))
  let failures = 0
  try {
    for (const job of only) {
      const input = await inputs[job](folder, percent)
      const attempts = await measured(job, input, folder, rounds)
      const expected = expectedOf([...attempts.values()].flat())
      console.log(`\n${tableOf(job, attempts, expected)}`)
      const failed = (attempts.get('millrace') ?? []).filter((each) => hasFailed(each, expected))
      if (failed[0] !== undefined) console.log(failed[0].failure ?? 'millrace: another result')
      failures += failed.length
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return failures === 0 ? 0 : 1
})

type Attempts = ReadonlyMap<Contender, Attempt[]>

/** The attempts of all rounds. The contender that goes first alternates. */
async function measured(job: JobName, input: string, folder: string, rounds: number): Promise<Attempts> {
  const contenders = Object.keys(CONTENDERS) as Contender[]
  const all = new Map<Contender, Attempt[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const made = await attempt(`./${job}/${CONTENDERS[contender][0]}`, input, folder)
      if (round > 0 || made.failure !== undefined) all.get(contender)?.push(made)
    }
  }
  return all
}

/** The result that most attempts gave. */
function expectedOf(attempts: readonly Attempt[]): string {
  const times = (wanted: string) => attempts.filter(({ digest }) => digest === wanted).length
  const [first] = attempts.map(({ digest }) => digest).sort((a, b) => times(b) - times(a))
  return first ?? ''
}

function hasFailed({ failure, digest }: Attempt, expected: string): boolean {
  return failure !== undefined || digest !== expected
}

function tableOf(job: JobName, attempts: Attempts, expected: string): string {
  const rows = [...attempts].map(([contender, each]) => [
    contender,
    String(linesOf(job, contender)),
    ...spreadOf(each.map(({ ms }) => ms)).map((ms) => ms.toFixed(0)),
    median(each.map(({ cpuMs }) => cpuMs)).toFixed(0),
    median(each.map(({ megabytes }) => megabytes)).toFixed(0),
    `${each.filter((one) => hasFailed(one, expected)).length} of ${each.length}`,
  ])
  return aligned([[job, 'lines', 'median ms', 'min', 'max', 'cpu ms', 'peak MB', 'failed'], ...rows]).join(
    '\n',
  )
}

function spreadOf(values: readonly number[]): number[] {
  return [median(values), Math.min(...values), Math.max(...values)]
}

/** Lines of code without blank ones, comments and imports. */
function linesOf(job: JobName, contender: Contender): number {
  return CONTENDERS[contender]
    .flatMap((file) => readFileSync(new URL(`./jobs/${job}/${file}`, import.meta.url), 'utf8').split('\n'))
    .filter((line) => !/^\s*(?:$|\/\/|\/\*|\*|import )/.test(line)).length
}
