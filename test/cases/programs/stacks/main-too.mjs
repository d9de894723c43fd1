import { Supervisor } from 'millrace'

Error.prepareStackTrace = (_, sites) => sites
Error.stackTraceLimit = 0
const group = new Supervisor().spawn({ filename: new URL('./work.mjs', import.meta.url) })
await group.join().catch((error) => console.log(error.code, error.cause.message))
