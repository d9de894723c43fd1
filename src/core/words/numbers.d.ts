/** A 32-bit integer, as in AssemblyScript. In TypeScript it documents the range. */
declare type i32 = number
/** A 64-bit float, likewise. */
declare type f64 = number
