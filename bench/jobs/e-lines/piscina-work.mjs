import { objectOf } from './line.mjs'

export default function transform(lines) {
  return `${lines.map(objectOf).join('\n')}\n`
}
