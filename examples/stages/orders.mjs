/** Orders as JSON, for `--ndjson`: `millrace map examples/stages/orders.mjs#total --ndjson`. */
export function total({ id, items }) {
  const cents = items.reduce((sum, { price, count }) => sum + Math.round(price * 100) * count, 0)
  return { id, total: cents / 100 }
}
