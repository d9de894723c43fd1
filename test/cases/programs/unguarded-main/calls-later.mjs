// The function of the thread is over when the unguarded call comes: the thread is a kept one by then.
import { run, threaded } from 'millrace'

const square = threaded(import.meta, (n) => n * n)
setTimeout(async () => console.log(await run(square, 7)), 300)
// The main program goes on for a while.
setTimeout(() => {}, 2500)
