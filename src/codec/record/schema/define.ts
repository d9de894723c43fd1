const { defineProperty, hasOwn } = Object

export { hasOwn }

/**
 * Gives `object` the property `name`, also where Object.prototype has one of that name that cannot be set.
 */
export function define(object: object, name: string, value: unknown): void {
  // Without a prototype, so that no `get` of Object.prototype is taken for one of the descriptor.
  const descriptor = { __proto__: null, value, writable: true, enumerable: true, configurable: true }
  defineProperty(object, name, descriptor as PropertyDescriptor)
}
