/** Words of 32 bits, all 0, that any number of threads may share beside the memory of a queue. */
export function allocateWords(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * Int32Array.BYTES_PER_ELEMENT))
}
