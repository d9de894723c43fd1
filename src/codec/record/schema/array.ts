import { ARRAY, OPTIONAL } from './marks.ts'
import type { ArrayType, ElementType, OptionalType } from './schema-types.ts'

/**
 * A list of records, of words or of lists, for a schema of `record`. `array('string')` is `'string[]'`.
 *
 * @example
 * record({ commits: array({ sha: 'string', message: 'string' }), path: array('float64[]') })
 */
export function array<const S extends ElementType>(element: S): ArrayType<S> {
  return Object.freeze({ [ARRAY]: element })
}

/**
 * A field that items may lack, for a schema of `record`. `optional('string')` is `'string?'`.
 *
 * @example
 * record({ id: 'string', author: optional({ name: 'string' }), level: optional(['low', 'high']) })
 */
export function optional<const S extends ElementType>(type: S): OptionalType<S> {
  return Object.freeze({ [OPTIONAL]: type })
}
