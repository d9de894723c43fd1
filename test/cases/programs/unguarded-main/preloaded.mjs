// `--import` loads this file, and threads inherit that option.
import { Supervisor } from 'millrace'

const supervisor = new Supervisor({ restart: false })
supervisor.spawn({ filename: new URL('./nothing.mjs', import.meta.url) })
supervisor.join().catch((error) => console.log(error.message))
