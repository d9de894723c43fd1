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
 *   LIMBS                   u8 count, with the bit 0x80 if it is negative; 8 bytes for each limb
 *   BIGINT                  u8 sign, u32 count, hexadecimal digits
 *   ARRAY SET               u32 count, the values          (ARRAY8: u8 count)
 *   MAP                     u32 count, keys and values alternating
 *   OBJECT                  a shape, the values in the order of its keys
 *   SAME                    u8 n, the values of an object with the shape of the n-th OBJECT of this item
 *   DICTIONARY              u32 count, keys and values alternating; keys are strings
 *   BYTES                   u32 length, the bytes
 *   SPARSE                  u32 length, u32 count, keys and values alternating; keys are indices or strings
 *   BUFFER                  u32 length, the bytes of an ArrayBuffer
 *   VIEW                    u8 kind, u32 length in bytes, the bytes: a view on all of its ArrayBuffer
 *   VIEW_ON                 u32 offset, u8 kind, u32 length, an ArrayBuffer or a REF of one
 *   REGEXP                  u8 flags, the source as a string
 *   REF                     u32 number: an object of this item that began before this place
 *   shape                   u16 length of count and keys, u16 hash, u8 count, each key as a string
 *
 * Objects are numbered from 0 in the order of their tags. The ArrayBuffer of a VIEW comes behind the view.
 * The reader numbers them only if the first byte of the item has the bit NUMBERED, which no tag has. An item
 * with a REF must have it.
 *
 * No first byte is 0xff, because data of V8's serializer start with it.
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
export const SPARSE = 0x95
/** No value in the form of this tag or a later one contains others. */
export const REF = 0x96
export const BUFFER = 0x97
export const VIEW = 0x98
export const VIEW_ON = 0x99
export const REGEXP = 0x9a
export const LIMBS = 0x9b

/** Added to the first byte of an item. */
export const NUMBERED = 0x40

/** Bytes of a shape before its count and keys: length and hash. */
export const SHAPE_HEAD = 4
/** An object with more keys than SHAPE_KEYS, or a key longer than SHAPE_KEY_CHARS, becomes a DICTIONARY. */
export const SHAPE_KEYS = 32
export const SHAPE_KEY_CHARS = 40

/**
 * Values that are nested deeper are left to V8's serializer, and refused by the reader. Writer and reader
 * recurse. In code that is not compiled they take two fifths of the main thread's stack for this depth, and
 * less in all other cases (measured with objects of 32 keys, Node 20).
 */
export const DEPTH = 400
