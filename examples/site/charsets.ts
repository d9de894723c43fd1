/** Texts in charsets that Node.js decodes but does not encode. */

const tables = new Map<string, ReadonlyMap<string, readonly number[]>>()

/** @throws RangeError if the charset has not all of the characters */
export function encode(text: string, charset: 'windows-1251' | 'shift_jis'): Uint8Array {
  const table = tableOf(charset)
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const bytes = table.get(character)
      if (bytes === undefined) throw new RangeError(`'${character}' is not in ${charset}`)
      return bytes
    }),
  )
}

/** UTF-16 with its byte order mark. */
export const encodeUtf16 = (text: string): Uint8Array => Buffer.from(`\uFEFF${text}`, 'utf16le')

/** The bytes of each character, found by decoding all sequences of one and two bytes. */
function tableOf(charset: string): ReadonlyMap<string, readonly number[]> {
  const known = tables.get(charset)
  if (known !== undefined) return known
  const decoder = new TextDecoder(charset, { fatal: true })
  const table = new Map<string, readonly number[]>()
  const add = (...bytes: number[]) => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes))
      if ([...text].length === 1 && !table.has(text)) table.set(text, bytes)
    } catch {
      // They are no character.
    }
  }
  for (let byte = 0; byte < 256; byte++) add(byte)
  if (charset === 'shift_jis') {
    for (let lead = 0x81; lead <= 0xfc; lead++) {
      for (let trail = 0x40; trail <= 0xfc; trail++) add(lead, trail)
    }
  }
  tables.set(charset, table)
  return table
}
