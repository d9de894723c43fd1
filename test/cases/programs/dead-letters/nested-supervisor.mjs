import { isMainThread } from 'node:worker_threads'
import { isMillraceThread, Queue, Supervisor } from 'millrace'

const filename = import.meta.url
export const dies = (how) => {
  if (how === 'exit') process.exit(7)
  Promise.reject(new RangeError('nobody catches it'))
  return new Promise(() => {})
}
/** Starts threads that the main thread has not started. */
export async function nested({ jobs }) {
  const supervisor = new Supervisor()
  supervisor.consume(jobs, { filename, name: 'dies', threads: 1 })
  await supervisor.join()
}
if (!isMillraceThread && isMainThread) {
  for (const how of ['exit', 'reject']) {
    const deadLetters = new Queue()
    const jobs = new Queue({ deadLetters, maxDeliveries: 2 })
    await jobs.put(how)
    jobs.shutdown()
    await new Supervisor().spawn({ filename, name: 'nested', args: { jobs } }).join()
    const { error, history } = await deadLetters.get({ timeout: 20_000 })
    console.log(how, error.exitCode, error.cause?.name, history.map((each) => each.error.exitCode).join())
  }
}
