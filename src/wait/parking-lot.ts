import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads'
import { SharedParkingLot } from '../core/index.ts'

/** A thread inherits it from the thread that started it; two copies of the library find the same one. */
const KEY = 'millrace.lot'
let own: SharedParkingLot | undefined

/** The parking lot of this thread and, from the first call on, of all threads that it starts. */
export function ownParkingLot(): SharedParkingLot {
  if (own !== undefined) return own
  const inherited = getEnvironmentData(KEY)
  own = inherited instanceof SharedArrayBuffer ? new SharedParkingLot(inherited) : new SharedParkingLot()
  setEnvironmentData(KEY, own.buffer)
  return own
}
