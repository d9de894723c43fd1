import { type Geometry, layOut } from '../../src/core/geometry.ts'
import { allocate } from '../../src/core/instance.ts'
import { SharedMemory } from '../../src/core/shared.ts'
import { SharedParkingLot } from '../../src/core/threads/parking-lot.ts'

/**
 * First positions: at zero, just below the change of sign of the position's word, and just below its wrap.
 */
export const STARTS: readonly number[] = [0, 2 ** 30 - 3, 2 ** 31 - 5, 2 ** 31 - 1, 12_345]

/** A new memory, laid out, with the WebAssembly back end. */
export function fresh(geometry: Geometry, start: number): { shared: SharedMemory; words: Int32Array } {
  const memory = allocate(geometry.bytes)
  layOut(memory.buffer, geometry, start)
  const shared = new SharedMemory(memory, geometry, new SharedParkingLot())
  return { shared, words: shared.words }
}
