/** Each line in upper case: `millrace map examples/stages/upper.mjs`. */
export default function upper(line) {
  return line.toUpperCase()
}
