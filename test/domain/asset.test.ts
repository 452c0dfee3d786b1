// Keys and types by property: what is accepted is safe for every store and every reader, and nothing else is.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pathOf } from '../../src/assets/folder-files.ts'
import {
  KEY_MAX_BYTES,
  keyProblem,
  mayUseKey,
  nameOfKey,
  roomOfKey,
  SENTINEL_KEY,
} from '../../src/domain/asset.ts'
import { extensionOf, formatOf, TYPE_RULES, typesOf } from '../../src/domain/asset-types.ts'
import { ASSET_TYPES } from '../../src/domain/asset.ts'

/** Keys that are near what is accepted: pieces that matter, in any order. */
const piece = fc.oneof(
  fc.constantFrom(
    'a',
    '.',
    '..',
    '/',
    '//',
    '\\',
    '%2e',
    '%2E%2e',
    '%2f',
    '+',
    ' ',
    '(1)',
    '\0',
    '\n',
    '\u0085',
    'é',
    'e\u0301',
  ),
  fc.constantFrom(
    '.roomkeeper/',
    'rooms/',
    '~',
    'シ',
    '\uD800',
    '\u202E',
    '.vrm',
    '.glb',
    ':',
    '*',
    '?',
    '"',
    '<',
    'CON',
  ),
  fc.string({ maxLength: 6, unit: 'binary' }),
)
const anyKey = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

const decodedOnce = (key: string): string => {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

describe('a key', () => {
  it('S31, A10: that is accepted stays inside, however it is decoded, and says the same everywhere', () => {
    let accepted = 0
    fc.assert(
      fc.property(anyKey, (key) => {
        if (keyProblem(key) !== null) return
        accepted += 1
        expect(Buffer.byteLength(key)).toBeGreaterThan(0)
        expect(Buffer.byteLength(key)).toBeLessThanOrEqual(KEY_MAX_BYTES)
        expect(Buffer.from(key).toString()).toBe(key)
        expect(key.normalize('NFC')).toBe(key)
        expect(/[\\\p{Cc}]/u.test(key)).toBe(false)
        for (const form of [key, decodedOnce(key)]) {
          const segments = form.split('/')
          expect(segments).not.toContain('..')
          expect(segments).not.toContain('.')
        }
        expect(key.split('/')).not.toContain('')
        expect(pathOf('/store', key).startsWith('/store/')).toBe(true)
        expect(key).not.toBe(SENTINEL_KEY)
      }),
      { numRuns: 5_000 },
    )
    expect(accepted).toBeGreaterThan(100)
  })

  it('S31: two keys that are accepted and differ are two files', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (one, other) => {
        if (one === other || keyProblem(one) !== null || keyProblem(other) !== null) return
        expect(pathOf('/store', one)).not.toBe(pathOf('/store', other))
      }),
      { numRuns: 5_000 },
    )
  })

  it('with spaces, parentheses, plus and percent is fine, exactly as it is written', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9 ()+%&'_-]{1,20}[A-Za-z0-9)]$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (segments) => {
        const key = `${segments.join('/')}.fbx`
        fc.pre(!/%2[ef]|%5c/i.test(key))
        expect(keyProblem(key)).toBeNull()
        expect(nameOfKey(key)).toBe(key.split('/').at(-1))
      }),
      { numRuns: 1_000 },
    )
  })

  it('A11: on the ground of a room is for that room and the operator, whatever else it says', () => {
    const room = fc.uuid()
    fc.assert(
      fc.property(room, room, anyKey, (mine, other, rest) => {
        fc.pre(mine !== other && rest !== '')
        const key = `rooms/${other}/${rest}`
        expect(roomOfKey(key)).toBe(other)
        expect(mayUseKey(mine, key)).toBe(false)
        expect(mayUseKey(other, key)).toBe(true)
        expect(mayUseKey('operator', key)).toBe(true)
      }),
    )
  })
})

describe('a type', () => {
  const extensions = ASSET_TYPES.flatMap((type) =>
    Object.keys(TYPE_RULES[type].formats).map((ext) => [type, ext] as const),
  )

  it('takes its extensions in any case, and no other', () => {
    fc.assert(
      fc.property(fc.constantFrom(...extensions), fc.boolean(), ([type, ext], isUpper) => {
        const key = `a/b.${isUpper ? ext.toUpperCase() : ext}`
        expect(extensionOf(key)).toBe(ext)
        expect(typesOf(key)).toContain(type)
        expect(formatOf(type, key)?.mimeType).toBe(TYPE_RULES[type].formats[ext]?.mimeType)
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,8}$/), (ext) => {
        const known = extensions.some(([, one]) => one === ext)
        expect(typesOf(`x.${ext}`).length > 0).toBe(known)
      }),
    )
    for (const name of ['__proto__', 'constructor', 'toString']) expect(typesOf(`x.${name}`)).toEqual([])
  })

  it('knows its files by their first bytes: pages, scripts and noise are none of them', () => {
    const foreign = [
      '<!DOCTYPE html><script>alert(1)</script>',
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">',
      '%PDF-1.7',
      'MZ\u0090\0',
      '#!/bin/sh\n',
      'PK\u0003\u0004',
      '',
    ].map((text) => Buffer.from(text, 'latin1'))
    for (const [type, ext] of extensions) {
      const format = TYPE_RULES[type].formats[ext]
      for (const head of foreign)
        expect(format?.begins(head), `${type} .${ext} ${head.toString()}`).toBe(false)
    }
    const glb = TYPE_RULES.vrm.formats['vrm']
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (head) => {
        const isGlb = Buffer.from(head).subarray(0, 8).equals(Buffer.from('glTF\u0002\0\0\0'))
        expect(glb?.begins(head)).toBe(isGlb)
        for (const [type, ext] of extensions) TYPE_RULES[type].formats[ext]?.begins(head)
      }),
      { numRuns: 2_000 },
    )
  })
})
