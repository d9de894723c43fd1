Object.prototype.priority = 'high'
const { PriorityQueue } = await import('millrace')
const queue = new PriorityQueue()
await queue.put('one', {})
queue.tryPut('two', { timeout: undefined })
console.log(await queue.getMany(2))
delete Object.prototype.priority
Object.prototype.signal = 'SIGKILL'
Object.prototype.handleSignals = 1
const { Supervisor } = await import('millrace')
new Supervisor({})
