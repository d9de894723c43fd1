/** Items that are nested deeper are refused, by the encoder and by the decoder. */
export const DEPTH = 500

/** For each array or map around the current value: the number of its values that are still to come. */
const missing = new Float64Array(DEPTH + 1)

/**
 * Checks MessagePack data before they are decoded: the decoder believes them, and allocates an array by the
 * count that they claim. The data must be one whole value, each length and count must be covered by bytes
 * that are there, and the nesting must be bounded.
 * @throws RangeError
 */
export function checkExtent(bytes: Uint8Array): void {
  const end = bytes.length
  let at = 0
  let depth = 0
  /**
   * Values announced and not yet seen. Each takes at least one byte, so they cannot outnumber the bytes left.
   */
  let pending = 1
  while (pending > 0) {
    if (pending > end - at) throw new RangeError(`${pending} values in ${end - at} bytes`)
    pending--
    if (depth > 0) missing[depth]!--
    const head = bytes[at++]!
    let inside = 0
    if (head < 0x80 || head >= 0xe0) {
      // The head is the integer itself.
    } else if (head < 0x90) inside = 2 * (head & 0x0f)
    else if (head < 0xa0) inside = head & 0x0f
    else if (head < 0xc0) at += head & 0x1f
    else if (head >= 0xdc) {
      const width = head & 1 ? 4 : 2
      inside = (head >= 0xde ? 2 : 1) * unsigned(bytes, at, width)
      at += width
    } else {
      const width = LENGTH_WIDTH[head - 0xc0]!
      at += width + (width > 0 ? unsigned(bytes, at, width) : 0) + FIXED_WIDTH[head - 0xc0]!
    }
    if (inside > 0) {
      if (++depth > DEPTH) throw new RangeError(`values are nested deeper than ${DEPTH}`)
      missing[depth] = inside
      pending += inside
    } else {
      while (depth > 0 && missing[depth] === 0) depth--
    }
  }
  if (at !== end) throw new RangeError(`${Math.abs(end - at)} bytes too ${at < end ? 'many' : 'few'}`)
}

/** For each head from 0xc0 to 0xdb, the width of the length behind it. Only bin, ext and str have one. */
const LENGTH_WIDTH = [0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4]
/** For each of these heads, the bytes besides: a number, an extension's type, a fixed extension. */
const FIXED_WIDTH = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0]

function unsigned(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.length) throw new RangeError(`${at + width - bytes.length} bytes too few`)
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + bytes[at + i]!
  return value
}
