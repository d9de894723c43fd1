export function add(table, service, requests, bytes) {
  table[service] ??= { requests: 0, bytes: 0 }
  table[service].requests += requests
  table[service].bytes += bytes
}

export function print(table) {
  for (const service of Object.keys(table).sort()) console.log(service, table[service])
}
