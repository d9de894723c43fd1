import type { QueueStats } from '../../src/index.ts'

/** Says which threads hold items of some queues, and which wait there: a line for each queue. */
export function holdersOf(...queues: { stats(): QueueStats }[]): string {
  return queues
    .map((queue) => {
      const { name, queued, maxsize, unfinished, threads } = queue.stats()
      const says = threads.flatMap(({ thread, held, waiting }) => {
        const parts = [held > 0 ? `holds ${held}` : '', ...waiting.map((side) => `waits to ${side}`)]
        const text = parts.filter((part) => part !== '').join(' and ')
        return text === '' ? [] : [thread === 0 ? `the main thread ${text}` : `thread ${thread} ${text}`]
      })
      return `  ${name}: ${queued} of ${maxsize} queued, ${unfinished} unfinished; ${says.join(', ') || 'nobody holds or waits'}`
    })
    .join('\n')
}
