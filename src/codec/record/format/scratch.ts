/** A double, and its bytes. Nothing of the user's runs between writing and reading them. */
export const double = new Float64Array(1)
export const eight = new Uint8Array(double.buffer)
