// The threads' file imports the one that starts it.
import { Supervisor } from 'millrace'

new Supervisor()
  .spawn({ filename: new URL('./work.mjs', import.meta.url), threads: 2 })
  .join()
  .then(console.log, (error) => console.log(error.message))
