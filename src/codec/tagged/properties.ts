/** Kept here, because a program may replace the functions that make objects. */
const { create, defineProperty, prototype, setPrototypeOf } = Object

/**
 * Makes `key` an own property of `item`. Assigning to a key that Object.prototype has might call a setter,
 * set the prototype, or throw. A program may change Object.prototype at any time, so it is asked each time.
 */
export function put(item: Record<string, unknown>, key: string, value: unknown): void {
  if (key in prototype) {
    // Without a prototype, so that no `get` of Object.prototype is taken for one of the descriptor.
    const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
    defineProperty(item, key, descriptor as PropertyDescriptor)
  } else item[key] = value
}

/** An object without a prototype, so that assigning to any key makes an own property. */
export function newDictionary(): Record<string, unknown> {
  return create(null)
}

/** Gives `dictionary` the prototype of plain objects. */
export function plainDictionary(dictionary: object): object {
  return setPrototypeOf(dictionary, prototype)
}
