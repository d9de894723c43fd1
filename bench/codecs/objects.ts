/** The objects of a shape that the bench of codecs makes, with the schema of each for `record`. */

import type { array } from '../../src/index.ts'
import { FIELDS } from '../scenarios/payloads.ts'

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T
const LOGINS = ['octavia', 'mirko-b', 'j-santos', 'wei.zhang', 'release-bot']
const WORDS = ['cache', 'parser', 'timeout', 'upload', 'schema', 'retry', 'cursor', 'index']
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** An object of 4 fields, as the queues of the bench carry. */
export function task(index: number) {
  return {
    id: `task-${100_000 + index}`,
    type: pick(['easy', 'medium', 'hard'], index),
    data: `what task ${index} is about`,
    createdAt: index + 0.5,
  }
}

/** An event of a code host: somebody pushed commits. */
export function codeHostEvent(index: number) {
  const login = pick(LOGINS, index)
  const commit = (at: number) => ({
    sha: sha(index * 31 + at),
    author: { name: login, email: `${login}@example.org` },
    message: `Fix the ${pick(WORDS, index + at)} of the ${pick(WORDS, index * 3 + at)}`,
    distinct: at % 2 === 0,
  })
  return {
    id: String(22_249_084_964 + index),
    type: 'PushEvent',
    actor: { id: 583_231 + index, login, url: `https://api.example.org/users/${login}` },
    repo: { id: 1_296_269 + (index % 7), name: `${login}/${pick(WORDS, index)}`, fork: false },
    payload: {
      push_id: 10_115_855_396 + index,
      size: 2,
      ref: 'refs/heads/main',
      head: sha(index),
      before: sha(index + 1),
      commits: [commit(0), commit(1)],
    },
    public: true,
    created_at: '2024-06-09T12:47:28Z',
  }
}

const COMMIT = {
  sha: 'string',
  author: { name: 'string', email: 'string' },
  message: 'string',
  distinct: 'boolean',
} as const

/** A record of a log, with a list of tags. */
export function logRecord(index: number) {
  return {
    time: 1_717_937_248_123 + index,
    level: pick(LEVELS, index),
    service: `${pick(WORDS, index)}-service`,
    host: { name: `node-${index % 40}`, pid: 2000 + (index % 500) },
    message: `request ${index} for ${pick(WORDS, index * 5)} took ${(index * 7) % 900} ms`,
    durationMs: ((index * 7) % 900) + 0.25,
    tags: [pick(WORDS, index), pick(WORDS, index * 3 + 1), `region:eu-${index % 4}`, 'v2'],
  }
}

/** A feature of GeoJSON: a polygon with properties. */
export function geoJsonFeature(index: number) {
  const ring = Array.from({ length: 12 }, (_, corner) => {
    const angle = (corner % 11) * 0.571
    return [13.4 + (index % 90) / 7 + Math.cos(angle), 52.5 - (index % 40) / 9 + Math.sin(angle)]
  })
  return {
    type: 'Feature',
    id: `parcel-${index}`,
    geometry: { type: 'Polygon', coordinates: [ring] },
    properties: {
      name: `Parcel ${index}`,
      zone: pick(WORDS, index),
      area: 120.5 + index,
      storeys: 1 + (index % 6),
      isProtected: index % 5 === 0,
    },
  }
}

/** The schemas of these objects; `lists` is the function `array` of the package. */
export function schemasOf(lists: typeof array) {
  return {
    task: FIELDS,
    event: {
      id: 'string',
      type: 'string',
      actor: { id: 'float64', login: 'string', url: 'string' },
      repo: { id: 'float64', name: 'string', fork: 'boolean' },
      payload: {
        push_id: 'float64',
        size: 'int32',
        ref: 'string',
        head: 'string',
        before: 'string',
        commits: lists(COMMIT),
      },
      public: 'boolean',
      created_at: 'string',
    },
    log: {
      time: 'float64',
      level: LEVELS,
      service: 'string',
      host: { name: 'string', pid: 'int32' },
      message: 'string',
      durationMs: 'float64',
      tags: 'string[]',
    },
    feature: {
      type: ['Feature'],
      id: 'string',
      geometry: { type: ['Polygon'], coordinates: lists(lists('float64[]')) },
      properties: {
        name: 'string',
        zone: 'string',
        area: 'float64',
        storeys: 'int32',
        isProtected: 'boolean',
      },
    },
  } as const
}

export type ShapeName = keyof ReturnType<typeof schemasOf>

/** 40 hexadecimal digits, as a commit has. */
function sha(seed: number): string {
  let state = seed | 1
  let digits = ''
  while (digits.length < 40) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) | 1
    digits += (state >>> 0).toString(16).padStart(8, '0')
  }
  return digits
}
