/**
 * The tagged form, which `structured` writes. A value is a tag of one byte and the bytes that its tag calls
 * for. Numbers of more than one byte are in the machine's byte order, since both ends are in one process.
 * Lengths and counts are little endian. Nothing is aligned.
 *
 *   0x00..0x3f  the integer 0 to 63
 *   0x40..0x7f  a string; its 0 to 63 Latin-1 bytes follow
 *   LATIN1 UTF8 UTF16       u32 length, the bytes
 *   INT8 INT32 DOUBLE DATE  the number (DATE: milliseconds, as a double)
 *   BIGINT64                8 bytes
 *   BIGINT                  u8 sign, u32 count, hexadecimal digits
 *   ARRAY SET               u32 count, the values          (ARRAY8: u8 count)
 *   MAP                     u32 count, keys and values alternating
 *   OBJECT                  a shape, the values in the order of its keys
 *   SAME                    u8 n, the values of an object with the shape of the n-th OBJECT of this item
 *   DICTIONARY              u32 count, keys and values alternating; keys are strings
 *   BYTES                   u32 length, the bytes
 *   shape                   u16 length of count and keys, u16 hash, u8 count, each key as a string
 *
 * No tag is 0xff, because data of V8's serializer start with it.
 */

/** Tags below this are integers. Tags from this to `STRING + SHORT_MAX` are strings. */
export const STRING = 0x40
/** The largest integer, and the length of the longest string, that fits in a tag. */
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
/** An object with more keys than SHAPE_KEYS, or a key longer than SHAPE_KEY_CHARS, becomes a DICTIONARY. */
export const SHAPE_KEYS = 32
export const SHAPE_KEY_CHARS = 40

/**
 * Values that are nested deeper are left to V8's serializer, and refused by the reader. Writer and reader
 * recurse, and the stack always has room for this depth.
 */
export const DEPTH = 200
