import { codecs, Queue, Supervisor } from 'millrace'

const rejected = new Queue({ codec: codecs[process.argv[2]] })
const texts = new Queue({ deadLetters: rejected })
await texts.put('{')
texts.shutdown()
const supervisor = new Supervisor()
supervisor.consume(texts, { filename: new URL('./work.mjs', import.meta.url), name: 'fail', retries: 1 })
await supervisor.join()
const { error, history } = await rejected.get()
const { code, message, cause } = error
const stacks = [error, cause].map(({ stack }) => stack.includes('work.mjs'))
console.log(
  error instanceof SyntaxError,
  error.constructor.name,
  code,
  message,
  cause.message,
  cause.code,
  ...stacks,
)
console.log(history.map((failure) => [failure.error.code, failure.error.cause.code]).join(' '))
console.log(
  Object.keys(JSON.parse(JSON.stringify(error)))
    .sort()
    .join(),
)
