// node main.mjs plain.ts
import { Supervisor } from 'millrace'

const supervisor = new Supervisor()
let restarts = 0
supervisor.on('restart', () => restarts++)
const filename = new URL(process.argv[2], import.meta.url)
const threads = 2
try {
  const found = await supervisor.spawn({ filename, name: 'look', threads }).join({ timeout: 40_000 })
  console.log(`${found}, ${restarts} restarts`)
} catch (error) {
  console.log(`${error.cause.code}: ${error.cause.message}, ${restarts} restarts`)
}
