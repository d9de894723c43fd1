import { mock } from 'node:test'
import { Queue } from 'millrace'

const queue = new Queue()
const pending = queue.get({ timeout: 2 ** 31 - 1 })
mock.timers.enable({ apis: ['setTimeout'] })
await queue.put('a')
console.log(await pending) // The process must end now.
