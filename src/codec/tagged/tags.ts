/**
 * The tagged form that `structured` writes. A value is a tag and what the tag says; numbers of more than one
 * byte are in the machine's own order (both ends are one process), lengths and counts little endian, nothing
 * is aligned.
 *
 *   0x00..0x3f  the integer 0 to 63
 *   0x40..0x7f  a string of 0 to 63 Latin-1 bytes, which follow
 *   LATIN1 UTF8 UTF16       u32 bytes, then those
 *   INT8 INT32 DOUBLE DATE  the number (DATE: milliseconds, as a double)
 *   BIGINT64                8 bytes
 *   BIGINT                  u8 sign, u32 digits, hexadecimal digits
 *   ARRAY SET               u32 count, the values          (ARRAY8: u8 count)
 *   MAP                     u32 count, key and value in turn
 *   OBJECT                  a shape, the values in its order
 *   SAME                    u8: the values of an object of the same shape as the n-th OBJECT of this item
 *   DICTIONARY              u32 count, key and value in turn; keys are strings
 *   BYTES                   u32 bytes, then those
 *   shape                   u16 length of what follows the hash, u16 hash, u8 count, each key as a string
 *
 * 0xff is taken: V8's own data start with it.
 */

/** Tags below are integers, tags from here to `STRING + SHORT_MAX` are strings. */
export const STRING = 0x40
/** The largest integer, and the longest string, that fits in its tag. */
export const SHORT_MAX = 63

export const UNDEFINED = 0x80
export const NULL = 0x81
export const FALSE = 0x82
export const TRUE = 0x83
export const INT8 = 0x84
export const INT32 = 0x85
export const DOUBLE = 0x86
export const DATE = 0x87
export const BIGINT64 = 0x88
export const BIGINT = 0x89
export const LATIN1 = 0x8a
export const UTF8 = 0x8b
export const UTF16 = 0x8c
export const ARRAY8 = 0x8d
export const ARRAY = 0x8e
export const MAP = 0x8f
export const SET = 0x90
export const OBJECT = 0x91
export const SAME = 0x92
export const DICTIONARY = 0x93
export const BYTES = 0x94

/** Bytes of a shape before its count and keys: length and hash. */
export const SHAPE_HEAD = 4
/** An object with more keys, or with a longer key, is written as a DICTIONARY. */
export const SHAPE_KEYS = 32
export const SHAPE_KEY_CHARS = 40

/**
 * Values nested deeper are left to V8's serializer, and refused by the reader: both recurse, and this much
 * stack is always there.
 */
export const DEPTH = 200

/** One 8-byte place to take numbers apart and put them together. */
export const eight = new Uint8Array(8)
export const double = new Float64Array(eight.buffer)
export const bigint = new BigInt64Array(eight.buffer)
