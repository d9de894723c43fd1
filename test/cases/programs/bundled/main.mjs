import { Supervisor } from 'millrace'

const filename = new URL('file:///nowhere/work.mjs')
new Supervisor().spawn({ filename }).join()
