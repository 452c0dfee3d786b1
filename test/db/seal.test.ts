// Secrets at rest: opened by whoever has the key, for what they were sealed for, and by nobody else.

import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isStale, parseKeys, seal, unseal } from '../../src/db/seal.ts'

const key = () => randomBytes(32).toString('base64')
const [one, two] = [key(), key()]
const ring = (text: string) => {
  const parsed = parseKeys(text)
  if (parsed === null) throw new Error('not a key ring')
  return parsed
}

describe('sealing', () => {
  it('opens what it sealed, and shows nothing of it', () => {
    const keys = ring(`v1:${one}`)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8 }), (secret) => {
        const sealed = seal(keys, 'room:r1:proxy_url', secret)
        expect(sealed).toMatch(/^gcm1\.v1\.[\w-]+$/)
        expect(sealed).not.toContain(secret)
        expect(unseal(keys, 'room:r1:proxy_url', sealed)).toBe(secret)
      }),
      { numRuns: 50 },
    )
    expect(seal(keys, 'a', 'same')).not.toBe(seal(keys, 'a', 'same'))
  })

  it('does not open for another row, with another key, or when one bit was changed', () => {
    const keys = ring(`v1:${one}`)
    const sealed = seal(keys, 'room:r1:proxy_url', 'secret')
    expect(unseal(keys, 'room:r2:proxy_url', sealed)).toBeNull()
    expect(unseal(ring(`v1:${two}`), 'room:r1:proxy_url', sealed)).toBeNull()
    expect(unseal(ring(`v9:${one}`), 'room:r1:proxy_url', sealed)).toBeNull()
    const bytes = Buffer.from(sealed.split('.')[2]!, 'base64url')
    for (let index = 0; index < bytes.length; index += 1) {
      const bent = Buffer.from(bytes)
      bent[index] = bent[index]! ^ 1
      expect(unseal(keys, 'room:r1:proxy_url', `gcm1.v1.${bent.toString('base64url')}`)).toBeNull()
    }
    for (const text of [
      '',
      'gcm1',
      'gcm1.v1',
      'gcm1.v1.',
      'gcm1.v1.AAAA',
      `${sealed}.x`,
      `gcm2.v1.${sealed}`,
    ]) {
      expect(unseal(keys, 'room:r1:proxy_url', text)).toBeNull()
    }
  })

  it('goes on opening old secrets after a new key was put in front', () => {
    const sealed = seal(ring(`v1:${one}`), 'a', 'secret')
    const both = ring(` v2:${two} , v1:${one} `)
    expect(unseal(both, 'a', sealed)).toBe('secret')
    expect(isStale(both, sealed)).toBe(true)
    expect(isStale(both, seal(both, 'a', 'secret'))).toBe(false)
  })

  it('refuses a ring that is not one', () => {
    for (const text of [
      '',
      'v1',
      `v1:${one.slice(4)}`,
      `v1:${one},v1:${two}`,
      `v1:${one},`,
      `:${one}`,
      `v.1:${one}`,
    ]) {
      expect(parseKeys(text)).toBeNull()
    }
  })
})
