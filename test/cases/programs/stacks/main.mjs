import { Supervisor } from 'millrace'

const error = await new Supervisor()
  .spawn({ filename: new URL('./work.mjs', import.meta.url) })
  .join()
  .catch((thrown) => thrown)
console.log(error.cause.stack)
console.log(error)
