import type { Worker } from 'node:worker_threads'
import type { SupervisorOptions } from '../../../src/index.ts'
import { within } from '../../support/deadline.ts'
import type { Cell } from './cells.ts'
import { STEP } from './places.ts'
import { check, listeners, ROUND_LIMIT_MS, type RoundReport, type Setting, Stage } from './stage.ts'

type WedgeCell = Extract<Cell, { scene: 'wedge' }>

const COUNT = 40

/** Threads die before they are ready. The run ends anyway, with the reason. */
export async function playWedge(cell: WedgeCell, round: number, setting: Setting): Promise<RoundReport> {
  const { random } = setting
  const { wedge } = cell
  const role = (['consume', 'spawn', 'produce', 'produce, resume'] as const)[round % 4] as string
  const threads = random.pick([1, 3])
  const isMended = wedge === 'first two terminated at once'
  const options: SupervisorOptions =
    wedge === 'no memory to start'
      ? // With less, Node 22 and later abort the process: they cannot even read their snapshot.
        { resourceLimits: { maxOldGenerationSizeMb: 3, maxYoungGenerationSizeMb: 1 } }
      : {}
  const execArgv = [...process.execArgv]
  let born = 0
  listeners.started = (worker: Worker) => {
    born++
    if (wedge === 'terminated at once' || (isMended && born <= 2)) void worker.terminate()
  }
  // The supervisor passes `--import` on to its threads, but must not pass `--input-type` on.
  if (wedge === 'a preload exits') {
    process.execArgv.push('--input-type=module', '--import', 'data:text/javascript,process.exit(5)')
  }
  const stage = await Stage.open(setting, { way: 'none', at: [] }, 4, options, threads)
  const { supervisor, queue, reuse } = stage
  try {
    const filename = stage.file('consumer.mjs')
    const at = (name: string) =>
      wedge === 'the module exits'
        ? { filename: stage.file('stillborn.mjs'), threads, reuse }
        : {
            filename: role.startsWith('produce') ? stage.file('producer.mjs') : filename,
            name,
            threads,
            reuse,
          }
    if (role === 'consume')
      supervisor.consume(queue, { ...at('consumeSync'), args: { shared: stage.shared } })
    else if (role === 'spawn') supervisor.spawn({ ...at('iterate'), args: { shared: stage.shared, queue } })
    else {
      supervisor.produce(queue, {
        ...at('numbers'),
        args: { shared: stage.shared, resume: 'skip', step: STEP, count: 1 },
        ...(role === 'produce' ? {} : { resume: 'skip' as const }),
      })
    }
    const feeding = role === 'consume' || (role === 'spawn' && isMended)
    const fed = feeding ? stage.feed(0, COUNT).then(() => queue.shutdown()) : Promise.resolve()
    const { error, report } = await stage.outcome()
    await within(fed, 'puts do not wait for a dead group', ROUND_LIMIT_MS)
    if (isMended && role !== 'produce') {
      check(error === undefined, 'join resolves', error)
    } else {
      check(error?.code === 'ERR_THREAD', 'join rejects with a ThreadError', error ?? report)
      if (role === 'consume') {
        check(stage.refusal?.cause === error, 'a waiting put says why', stage.refusal)
      }
    }
    if (role.startsWith('produce') || stage.refusal !== undefined) {
      queue.shutdown({ immediate: true })
      stage.stored.clear()
    }
    return stage.conclude()
  } finally {
    listeners.started = () => {}
    process.execArgv.splice(0, process.execArgv.length, ...execArgv)
  }
}
