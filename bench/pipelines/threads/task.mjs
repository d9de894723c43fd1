/** The task of every contender: an integer loop of so many turns. */

/**
 * (func (export spin) (param $turns i32) (param $value i32) (result i32): as long as turns are left,
 * $value = $value * 1664525 + 1013904223. A loop in JavaScript takes up to three times as long where the
 * compiler has inlined it into another loop.
 */
const MODULE = [
  '0061736d0100000001070160027f7f017f03020100070801047370696e00000a2b012900024003402000450d01200141',
  '8dcce5006c41dfe6bbe3036a2101200041016b21000c000b0b20010b',
].join('')

const bytes = Buffer.from(MODULE, 'hex')
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))

/** Keeps the loop from being left out. */
let last = 1

export function spin(turns) {
  last = exports.spin(turns, last)
}

/** The function that is called with each item; its argument may hold more than this reads. */
export function work({ index, turns }) {
  spin(turns)
  return index
}

/** A second step, for pipelines. */
export function isOdd(index) {
  return index % 2 === 1
}
