Object.prototype.timeout = 'soon'
Object.prototype.threads = 3
Object.prototype.maxsize = -1
const { Queue, Supervisor } = await import('millrace')
const queue = new Queue({ name: 'one' })
await queue.put(1, {})
const item = await queue.get({ signal: undefined })
const filename = new URL('./work.mjs', import.meta.url)
console.log(await new Supervisor().spawn({ filename }).join({}), item)
