import { codecs, Queue, Supervisor } from 'millrace'

const [codec, maxDeliveries, ...ways] = process.argv.slice(2)
const rejected = new Queue({ codec: codecs[codec] })
const jobs = new Queue({ deadLetters: rejected, maxDeliveries: Number(maxDeliveries) })
await jobs.putMany(ways)
jobs.shutdown()
const supervisor = new Supervisor({
  resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
})
supervisor.consume(jobs, { filename: new URL('./work.mjs', import.meta.url), name: 'handle', threads: 1 })
await supervisor.join()
for (const letter of await rejected.getMany(ways.length)) {
  for (const { error, thread } of letter.history) {
    const { cause } = error
    const isSaid = error.message === `thread ${thread} died while it held the item`
    const kinds = [error instanceof Error, error.name, error.code, isSaid]
    const why = typeof cause === 'object' ? [cause.name, cause.message.split(':')[0], cause.code] : [cause]
    console.log(letter.item, ...kinds, error.exitCode, ...why)
  }
}
