// warm() at the top level of the module that it loads.
import { threaded, warm } from 'millrace'

await warm(
  2,
  threaded(import.meta, (n) => n),
)
