/**
 * Pitfall: resource leaks. Each request starts consumers and returns without ending them: their threads wait
 * for ever, and the process does not end. With `await using` they end with the request, also if it throws.
 *
 *   npx tsx examples/journey/15-leaks.ts
 *   npx tsx examples/journey/15-leaks.ts --leak     does not end: Ctrl-C
 */
import { Queue, Supervisor, type ThreadContext, threaded } from '../../src/index.ts'
import { readFlag } from './shared/step.ts'

type Answers = { answers: Queue<number> }

const square = threaded(import.meta, (n: number, { args }: ThreadContext<Answers>) => {
  args.answers.putSync(n * n)
})

/** Squares two numbers on two threads. */
async function answered(supervisor: Supervisor): Promise<number> {
  const questions = new Queue<number>({ name: 'questions' })
  const answers = new Queue<number>({ name: 'answers', ack: 'auto' })
  supervisor.consume(questions, square, { threads: 2, args: { answers } })
  await questions.putMany([3, 4])
  return (await answers.get()) + (await answers.get())
}

/** The mistake: nothing ends the consumers of `questions`, which is never shut down. */
async function leaks(started: Supervisor[]): Promise<number> {
  const supervisor = new Supervisor()
  started.push(supervisor)
  return answered(supervisor)
}

/** `await using` calls close() at the end of the block, whether it returns or throws. */
async function cleansUp(started: Supervisor[], fails = false): Promise<number> {
  await using supervisor = new Supervisor()
  started.push(supervisor)
  if (fails) throw new Error(`failed after ${await answered(supervisor)}`)
  return await answered(supervisor)
}

function report(what: string, started: Supervisor[]): void {
  const threads = started.reduce((sum, supervisor) => sum + supervisor.stats().threads, 0)
  const ports = process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
  console.log(`${what.padEnd(30)} ${threads} threads at work, ${ports} active ports`)
}

async function main(leak: boolean): Promise<void> {
  const leaky: Supervisor[] = []
  console.log('answers', await leaks(leaky), await leaks(leaky))
  report('2 requests that leak', leaky)
  if (leak) return console.log('main() is over, and the process is not')

  for (const supervisor of leaky) await supervisor.close()
  report('after close()', leaky)

  const clean: Supervisor[] = []
  console.log('answers', await cleansUp(clean), await cleansUp(clean, true).catch(({ message }) => message))
  report('2 requests with await using', clean)
}

const leak = readFlag(import.meta.url, 'leak')
if (leak !== undefined) await main(leak)
