/** The most entries that are kept. It is more than a program uses at once, and bounds the memory. */
const MAX_ENTRIES = 1024

/**
 * Sets an entry of `map`, and deletes the oldest entries if there are too many. A key that is there already
 * keeps its age.
 */
export function setLatest<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= MAX_ENTRIES) break
    map.delete(oldest)
  }
}
