import { EventLoopYield } from '../../event-loop-yield.ts'
import { ENDED, type OpenSink, WAITING } from '../flow.ts'
import type { PipelineRun } from './pipeline-run.ts'

/** Writes the outputs of a run to a sink, and ends both. @throws the failure of the run or of the sink */
export async function drive(run: PipelineRun, sink: OpenSink): Promise<void> {
  run.connectTo(sink)
  const loop = new EventLoopYield()
  try {
    for (let entry = run.read(); entry !== ENDED; entry = run.read()) {
      if (entry === WAITING) {
        await run.changed()
        continue
      }
      const room = sink.write(entry.value, entry.index)
      if (room !== undefined) await run.unlessEnding(room)
      if (run.isEnding) break
      entry.origin?.accept()
      if (loop.shouldYield()) await loop.yield()
    }
    if (!run.isEnding) await run.unlessEnding(sink.end())
  } catch (error) {
    run.fail(error)
  }
  await run.finishWhole()
}
