import { Queue, Supervisor } from 'millrace'

const filename = new URL('./work.mjs', import.meta.url)
const deadLetters = new Queue({ name: 'few', maxThreads: 4 })
const supervisor = new Supervisor()
supervisor.on('start', () => console.log('started'))
try {
  supervisor.consume(new Queue({ deadLetters }), { filename, threads: 4 })
} catch (error) {
  console.log(error.code, error.message)
}
