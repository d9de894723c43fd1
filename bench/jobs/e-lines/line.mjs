/** JSON of a line such as `17,flour,12.50`. */
export function objectOf(line) {
  const [id, name, price] = line.split(',')
  return JSON.stringify({ id: Number(id), name: name.toUpperCase(), cents: Math.round(Number(price) * 100) })
}
