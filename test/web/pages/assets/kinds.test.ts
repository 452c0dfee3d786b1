import { describe, expect, it } from 'vitest'
import { ASSET_ERROR_CODES, ASSET_TYPES as SERVER_TYPES, keyProblem } from '../../../../src/domain/asset.ts'
import { extensionOf as serverExtension, TYPE_RULES, typesOf } from '../../../../src/domain/asset-types.ts'
import {
  ASSET_TYPES,
  EXTENSIONS,
  extensionOf,
  keyFor,
  numbered,
  previewOf,
  segmentOf,
  typesFor,
} from '../../../../web/src/pages/assets/kinds.ts'
import { merged, withoutIds } from '../../../../web/src/pages/assets/merge.ts'
import { statusWords } from '../../../../web/src/pages/assets/status.ts'
import { besideOf } from '../../../../web/src/pages/assets/three/beside.ts'

describe('the kinds of files', () => {
  it('are those of the server', () => {
    expect(ASSET_TYPES).toEqual(SERVER_TYPES)
    for (const type of SERVER_TYPES) {
      expect(EXTENSIONS[type]).toEqual(Object.keys(TYPE_RULES[type].formats))
    }
    for (const name of ['a.vrm', 'A.GLB', 'x.tar.gz', '.hidden', 'no', 'a.b.exr', 'dir/.vrm']) {
      expect(extensionOf(name), name).toBe(serverExtension(name) ?? '')
      expect(typesFor(name), name).toEqual(typesOf(name))
    }
  })

  it('all have a way to be looked at', () => {
    for (const extension of Object.values(EXTENSIONS).flat()) {
      expect(previewOf(`x/y.${extension}`), extension).not.toBe('none')
    }
  })

  it('get keys that the server takes, whatever a file is called', () => {
    const names = [
      'Standing Greeting (1).fbx',
      'e\u0301t\u00E9.vrm',
      '..',
      'a/b\\c.vrm',
      'tab\tline\n.glb',
      'dot.',
      '   ',
      '\uD800.vrm',
      '名前 + 1.vrm',
    ]
    for (const name of names) {
      expect(keyProblem(keyFor('vrm', name, null)), name).toBeNull()
      expect(keyProblem(keyFor('vrm', name, 'r123')), name).toBeNull()
    }
    expect(keyFor('bgm', 'song.mp3', 'r1')).toBe('rooms/r1/bgm/song.mp3')
    expect(segmentOf('a/b.vrm')).toBe('a_b.vrm')
  })

  it('are numbered before the extension when both are to be kept', () => {
    expect(numbered('vrm/a.b.vrm', 2)).toBe('vrm/a.b (2).vrm')
    expect(numbered('vrm/plain', 3)).toBe('vrm/plain (3)')
  })
})

describe('what an asset says of itself', () => {
  it('is a reason with words for every code of the server', () => {
    for (const code of ASSET_ERROR_CODES) {
      const { why } = statusWords({ status: 'failed', error_code: code })
      expect(why, code).not.toBeNull()
      if (code !== 'head_403_no_list') expect(why, code).not.toMatch(/not certain/)
    }
    expect(statusWords({ status: 'suspect', error_code: 'of_tomorrow' }).why).toMatch(/not certain/)
    expect(statusWords({ status: 'ready', error_code: null }).why).toBeNull()
  })
})

describe('lists of assets', () => {
  const one = (id: string, at: number) => ({ id, updated_at: at })

  it('have each once, in its place, as it is newest', () => {
    const there = [one('a', 5), one('b', 5)]
    expect(merged(there, [one('b', 6), one('c', 1)])).toEqual([one('a', 5), one('b', 6), one('c', 1)])
    expect(merged(there, [one('a', 4), one('c', 1)], true)).toEqual([one('c', 1), one('a', 5), one('b', 5)])
    expect(withoutIds(there, ['a'])).toEqual([one('b', 5)])
    expect(withoutIds(there, ['x'])).toBe(there)
  })
})

describe('what a file refers to', () => {
  it('is beside it, and never elsewhere', () => {
    expect(besideOf('scene/town/a.gltf', 'a.bin')).toBe('scene/town/a.bin')
    expect(besideOf('scene/town/a.gltf', './tex/wall%201.png')).toBe('scene/town/tex/wall 1.png')
    expect(besideOf('scene/town/a.gltf', '../b.bin')).toBe('scene/b.bin')
    for (const reference of [
      'https://evil.example/a.bin',
      '//evil.example/a.bin',
      '/api/audit',
      'file:///etc/passwd',
      '\\\\evil\\a',
      'javascript:alert(1)',
      '../../../x',
      '%E0%A4%A',
    ]) {
      expect(besideOf('scene/town/a.gltf', reference), reference).toBeNull()
    }
  })
})
