import { add } from './table.mjs'

export default function count(lines) {
  const table = {}
  for (const line of lines) {
    const { service, status, bytes } = JSON.parse(line)
    if (status >= 500) add(table, service, 1, bytes)
  }
  return table
}
