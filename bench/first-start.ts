import { flag, integer, main, script } from '../scripts/command-line.ts'
import build from '../test/support/build.ts'
import { Site } from './first-start/site.ts'
import { headerOf } from './output/header.ts'
import { median } from './output/statistics.ts'
import { aligned } from './output/table.ts'

const SCRIPT = script({
  command: 'npm run bench:first-start --',
  does:
    'Measures how long a program takes to its first item and its first result, and the memory of an idle thread, ' +
    'beside a bare Worker and piscina, each in a fresh process.',
  options: {
    rounds: integer('measured rounds of each contender; one more round warms it up', {
      min: 1,
      max: 1000,
      fallback: 9,
    }),
    threads: integer('idle threads whose memory is measured', { min: 2, max: 256, fallback: 16 }),
    typescript: flag(
      'runs the program under tsx instead of plain node; threads of the rivals stay JavaScript',
    ),
  },
  example: '--rounds 15 --typescript',
  exit: ['all is measured', 'a program failed'],
})

const CONTENDERS = ['bare', 'millrace', 'piscina'] as const
const MEASUREMENTS = ['import', 'first item', 'first result', 'second run', 'one call', 'memory'] as const

type Measurement = (typeof MEASUREMENTS)[number]
type Values = ReadonlyMap<string, number[]>

await main(SCRIPT, async ({ rounds, threads, typescript }) => {
  build()
  const { machine, cores, load, node, commit } = headerOf(rounds)
  console.log(`${machine}, ${cores} cores, load ${load.toFixed(1)}, Node ${node}, millrace ${commit}`)
  console.log(`${typescript ? '.mts under tsx' : '.mjs'}; ${rounds} rounds after one to warm up`)
  const site = new Site()
  try {
    for (const measurement of MEASUREMENTS) {
      const take = async (contender: string) => {
        const run = (count: number) => site.run(typescript, [contender, measurement, String(count)])
        return measurement === 'memory' ? ((await run(threads)) - (await run(1))) / (threads - 1) : run(1)
      }
      console.log(`\n${tableOf(measurement, await measured(rounds, take))}`)
    }
  } finally {
    site.remove()
  }
  return 0
})

/** The values of all rounds. The contender that goes first alternates, as other work of the machine does. */
async function measured(rounds: number, take: (contender: string) => Promise<number>): Promise<Values> {
  const values = new Map<string, number[]>(CONTENDERS.map((contender) => [contender, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const contender of round % 2 === 0 ? CONTENDERS : [...CONTENDERS].reverse()) {
      const value = await take(contender)
      if (round > 0) values.get(contender)?.push(value)
    }
  }
  return values
}

function tableOf(measurement: Measurement, values: Values): string {
  const unit = measurement === 'memory' ? 'MB a thread' : 'ms'
  const bare = median(values.get('bare') ?? [])
  const rows = [...values].map(([contender, each]) => [
    contender,
    ...[median(each), Math.min(...each), Math.max(...each)].map((value) => value.toFixed(2)),
    (median(each) - bare).toFixed(2),
    (median(each) / bare).toFixed(2),
  ])
  const columns = [`${measurement}, ${unit}`, 'median', 'min', 'max', '- bare', 'x bare']
  return aligned([columns, ...rows]).join('\n')
}
