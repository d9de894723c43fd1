import { describe, expect, it } from 'vitest'
import { failureOfError } from '../../../examples/scraper/failures.ts'

const withCode = (code: string, more = {}) => Object.assign(new Error('why'), { code, ...more })

describe('an error of the network', () => {
  it.each([
    ['ENOTFOUND', 'dns', false],
    ['EAI_AGAIN', 'dns', true],
    ['ECONNREFUSED', 'connection', true],
    ['ECONNRESET', 'connection', true],
    ['EHOSTUNREACH', 'connection', true],
    ['ENETUNREACH', 'connection', true],
    ['EADDRNOTAVAIL', 'connection', true],
    ['UND_ERR_SOCKET', 'connection', true],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'connection', true],
    ['CERT_HAS_EXPIRED', 'connection', false],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'connection', false],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'connection', false],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'connection', false],
    ['EPROTO', 'connection', false],
    ['ETIMEDOUT', 'timeout', true],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout', true],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout', true],
    ['UND_ERR_BODY_TIMEOUT', 'timeout', true],
    ['UND_ERR_HEADERS_OVERFLOW', 'bad-response', false],
    ['HPE_INVALID_CONSTANT', 'bad-response', false],
    ['Z_DATA_ERROR', 'bad-response', false],
    ['Z_BUF_ERROR', 'connection', true],
    ['ERR_REFUSED_ADDRESS', 'refused-address', false],
  ])('%s is of class %s, and may pass: %s', (code, failureClass, mayPass) => {
    expect(failureOfError(withCode(code))).toMatchObject({ class: failureClass, mayPass })
  })

  it('is that of the first address if all failed', () => {
    const errors = [withCode('ECONNREFUSED'), withCode('ENETUNREACH')]
    expect(failureOfError(new AggregateError(errors))).toMatchObject({ class: 'connection', mayPass: true })
    expect(failureOfError(withCode('ETIMEDOUT', { syscall: 'connect' }))).toMatchObject({ class: 'timeout' })
  })

  it('has a message of one line that is not long', () => {
    const error = Object.assign(new Error(`a\n\x1b[1m${'b'.repeat(1000)}`), { code: 'ECONNRESET' })
    expect(failureOfError(error).message).toMatch(/^a \[1mb{195} \(ECONNRESET\)$/)
  })
})

describe('an error of the program', () => {
  it.each([[new TypeError('x is undefined')], ['text'], [undefined], [new AggregateError([])]])(
    'is thrown: %s',
    (error) => {
      let thrown: unknown = 'nothing'
      try {
        failureOfError(error)
      } catch (caught) {
        thrown = caught
      }
      expect(thrown).toBe(error)
    },
  )
})
