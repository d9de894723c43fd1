/** A 32-bit integer: the word AssemblyScript knows by this name. In TypeScript it documents the range. */
declare type i32 = number
