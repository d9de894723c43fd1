/** Kept here, because a program may replace the functions that make objects. */
const { create, defineProperty, prototype, setPrototypeOf } = Object
const { prototype: arrays } = Array

/**
 * Makes `key` an own property of `item`. Assigning to a key that Object.prototype has might call a setter,
 * set the prototype, or throw. A program may change Object.prototype at any time, so it is asked each time.
 */
export function put(item: Record<string, unknown>, key: string, value: unknown): void {
  if (key in prototype) define(item, key, value)
  else item[key] = value
}

function define(item: object, key: string | number, value: unknown): void {
  // Without a prototype, so that no `get` of Object.prototype is taken for one of the descriptor.
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
  defineProperty(item, key, descriptor as PropertyDescriptor)
}

/** Whether an array takes `key` for an index. */
export function isIndex(key: string): boolean {
  const index = Number(key) >>> 0
  return index !== 2 ** 32 - 1 && String(index) === key
}

/**
 * Makes `key` an own property of an array of `length` positions.
 * @throws RangeError if it is neither an index below `length` nor a name that an array may have
 */
export function putInArray(items: unknown[], key: unknown, value: unknown, length: number): void {
  if (typeof key === 'number') {
    if (!(key >= 0 && key < length && key % 1 === 0)) throw new RangeError(`no index of an array: ${key}`)
  } else if (typeof key !== 'string' || key === 'length' || isIndex(key)) {
    throw new RangeError('an array has a key that is none')
  }
  if (key in arrays) define(items, key, value)
  else items[key as number] = value
}

/** An object without a prototype, so that assigning to any key makes an own property. */
export function newDictionary(): Record<string, unknown> {
  return create(null)
}

/** Gives `dictionary` the prototype of plain objects. */
export function plainDictionary(dictionary: object): object {
  return setPrototypeOf(dictionary, prototype)
}
