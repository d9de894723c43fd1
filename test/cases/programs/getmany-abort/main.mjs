import { Queue } from 'millrace'

const failures = []
for (const ack of ['manual', 'auto']) {
  const queue = new Queue({ ack })
  const done = []
  for (let n = 1; n <= 4; n++) {
    await queue.put(n)
    try {
      // The first get succeeds, because one item is there. The signal is aborted while 1 to 3 are still
      // awaited.
      const signal = n < 4 ? AbortSignal.timeout(20) : undefined
      const items = await queue.getMany(10, { linger: n < 4 ? 500 : 20, signal })
      done.push(...items)
      if (ack === 'manual') queue.taskDone(items.length)
    } catch (error) {
      if (error.code !== 'ABORT_ERR') throw error // A reader takes this error for "nothing came", and goes on.
    }
  }
  const { held } = queue.stats()
  console.log(ack, 'got', done, 'held', held, 'unfinished', queue.unfinished)
  if (done.length + queue.size < 4)
    failures.push(
      `${ack}: of 4 items ${done.length} were handed over, ${held} are held unknown to the reader`,
    )
}
console.log(failures.length ? `FAIL: ${failures.join('; ')}` : 'PASS')
