/**
 * Entries that are kept: more than may be under way at once, and no more, so that a process may see any
 * number.
 */
const MOST = 1024

/**
 * Adds to `map`, of which the latest entries are kept. A key that is there already stays as old as it is, and
 * gets the value.
 */
export function setLatest<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= MOST) break
    map.delete(oldest)
  }
}
