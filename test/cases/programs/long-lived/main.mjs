// node --expose-gc main.mjs KIND: a service with one supervisor, and groups for each request.
import { Queue, Supervisor } from 'millrace'

const [, , kind] = process.argv
const filename = new URL('./work.mjs', import.meta.url)
const REQUESTS = 24
const BYTES = 8 << 20
const supervisor = new Supervisor()
const queues = []

/** One request has a queue and arguments of its own. */
const kinds = {
  async joined(out, bytes) {
    const [sum] = await supervisor.spawn({ filename, args: { out, bytes } }).join()
    if (sum !== bytes[0]) throw new Error('wrong')
  },
  async results(out) {
    await supervisor.spawn({ filename, name: 'result', args: { out } }).join()
  },
  /** Nobody joins the group. Its queue tells that it is done. */
  async unjoined(out, bytes) {
    supervisor.spawn({ filename, name: 'put', args: { out, bytes } })
    await out.get()
    out.taskDone()
  },
  async supervisorJoined(out, bytes) {
    supervisor.spawn({ filename, args: { out, bytes } })
    await supervisor.join()
  },
  async failed(out, bytes) {
    const failure = await supervisor
      .spawn({ filename, name: 'fail', args: { out, bytes } })
      .join()
      .catch((error) => error)
    if (!failure.message.includes('failed with')) throw failure
  },
  /** The caller keeps the groups, and another group runs all the time. */
  async kept(out, bytes) {
    kept.push(supervisor.spawn({ filename, args: { out, bytes } }))
    await kept.at(-1).join()
  },
}

const kept = []
const heap = () => {
  gc()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** Joins a group that runs all the time again and again, each time with a timeout that lapses. */
async function lapse(join) {
  for (let n = 0; n < 40; n++)
    await Promise.allSettled(Array.from({ length: 500 }, () => join({ timeout: 1 })))
}

const until = new Queue({ maxsize: 1 })
if (kind === 'kept') supervisor.spawn({ filename, name: 'stay', args: { until } })

if (kind === 'lapsed') {
  const group = supervisor.spawn({ filename, name: 'stay', args: { until } })
  const joins = [(options) => group.join(options), (options) => supervisor.join(options)]
  for (const join of joins) await lapse(join)
  const before = heap()
  for (const join of joins) await lapse(join)
  console.log(JSON.stringify({ grewByMiB: heap() - before }))
  await until.put('stop')
  await supervisor.join()
  process.exit()
}

for (let n = 0; n < REQUESTS; n++) {
  const out = new Queue({ maxsize: 4 })
  queues.push(new WeakRef(out))
  await kinds[kind](out, new Uint8Array(BYTES).fill(n))
}
for (let turn = 0; turn < 10; turn++) {
  await new Promise((resolve) => setTimeout(resolve, 20))
  gc()
}
const { external, arrayBuffers } = process.memoryUsage()
const stats = supervisor.stats()
if (kind === 'kept') {
  await until.put('stop')
  for (const group of kept) await group.join()
}
const report = await supervisor.join().catch((error) => error.report)
console.log(
  JSON.stringify({
    keptQueues: queues.filter((each) => each.deref()).length,
    keptMiB: Math.max(external, arrayBuffers) / 2 ** 20,
    groups: stats.groups.length,
    earlier: stats.earlier,
    reported: report.groups.length + (report.earlier?.groups ?? 0),
    failed: report.groups.filter(({ error }) => error !== undefined).length + (report.earlier?.failed ?? 0),
  }),
)
