// node -r ./quiet-hook.cjs main-waiting.mjs: the hook does not compile a module that only import can load.
import { Supervisor } from 'millrace'
import { look } from './waiting.js'

const file = new URL('waiting.js', import.meta.url)
const [there] = await new Supervisor().spawn({ filename: file, name: 'look' }).join({ timeout: 40_000 })
console.log(`main ${look()}, thread ${there}`)
