import { mock } from 'node:test'
import { Queue } from 'millrace'

const queue = new Queue()
const pending = queue.get() // The wait begins with real timers,
mock.timers.enable({ apis: ['setInterval'] })
await queue.put('a')
console.log(await pending) // and ends while they are mocked.
mock.timers.reset()
console.log('nothing is left to wait for') // The process must end now.
