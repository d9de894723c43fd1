/** A 32-bit integer, as in AssemblyScript. In TypeScript it documents the range. */
declare type i32 = number
