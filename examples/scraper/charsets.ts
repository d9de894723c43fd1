import { decodeBuffer } from 'encoding-sniffer'
import { ResultType, Sniffer } from 'encoding-sniffer/sniffer'

/** Bytes of a page that are searched for its charset, as in browsers. */
const SNIFFED_BYTES = 1024

export interface Decoded {
  readonly text: string
  readonly charset: string
}

/**
 * The text of a page. Its charset is told by a byte order mark, else by the Content-Type header, else by a
 * meta tag. Without any of them it is UTF-8 if the bytes are that, and windows-1252 if not.
 */
export function decoded(body: Uint8Array, header: string | undefined): Decoded {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const sniffer = new Sniffer({
    maxBytes: SNIFFED_BYTES,
    ...(header === undefined ? {} : { transportLayerEncodingLabel: header }),
  })
  sniffer.write(bytes.subarray(0, SNIFFED_BYTES))
  const isUndeclared = sniffer.resultType === ResultType.DEFAULT
  const charset = isUndeclared && isUtf8(bytes) ? 'utf-8' : sniffer.encoding.toLowerCase()
  // Some versions of Node decode windows-1252 as latin1; the decoder of the package does not.
  return { text: decodeBuffer(bytes, { userEncoding: charset }), charset }
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
