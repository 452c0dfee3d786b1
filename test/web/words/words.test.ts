// The texts of the console: both languages whole, their holes the same, and filled in as they should be.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { EGRESS_STATES, ROOM_STATES } from '../../../web/src/api/types.ts'
import { language } from '../../../web/src/state/preferences.ts'
import { meanings, states } from '../../../web/src/words/states.ts'
import { define, fill, sayOr, tables } from '../../../web/src/words/words.ts'

const folder = fileURLToPath(new URL('../../../web/src/words/', import.meta.url))
for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts')))
  await import(`${folder}${name}`)

const holesIn = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)(\|)?/g)].flatMap(([, name, plural]) =>
    plural === undefined ? [name ?? ''] : [],
  )
const before = language.value
afterEach(() => {
  language.value = before
})

describe('words', () => {
  it('are there in both languages, and neither is empty where the other is not', () => {
    expect(tables.length).toBeGreaterThan(8)
    const wrong = tables.flatMap((words) =>
      Object.entries(words).flatMap(([key, pair]) =>
        pair.length === 2 && (pair[0].trim() === '') === (pair[1].trim() === '') ? [] : [key],
      ),
    )
    expect(wrong).toEqual([])
  })

  it('have in Chinese no hole that is not in English, and lose none', () => {
    const wrong = tables.flatMap((words) =>
      Object.entries(words).flatMap(([key, [english, chinese]]) => {
        const known = new Set(english.matchAll(/\{(\w+)/g).map(([, name]) => name))
        const lost = [...new Set(holesIn(english))].filter((name) => !holesIn(chinese).includes(name))
        const strange = holesIn(chinese).filter((name) => !known.has(name))
        return lost.length + strange.length === 0 ? [] : [`${key}: ${[...lost, ...strange].join(' ')}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  it('name every state of rooms and of what is sent out, and say what it means', () => {
    for (const state of [...ROOM_STATES, ...EGRESS_STATES]) {
      expect(Object.keys(states.words), state).toContain(state)
      expect(Object.keys(meanings.words), state).toContain(state)
    }
  })

  it('fill in values, take the plural from the number, and leave no hole open', () => {
    expect(fill('{n} {n|room|rooms} of {who}', { n: 1, who: 'ana' })).toBe('1 room of ana')
    expect(fill('{n} {n|room|rooms}', { n: 2 })).toBe('2 rooms')
    expect(fill('{n|is|are}', { n: 0 })).toBe('are')
    expect(fill('{missing}!', {})).toBe('!')
    // What is filled in is not looked through again.
    expect(fill('{a}', { a: '{b}', b: 'no' })).toBe('{b}')
  })

  it('follow the language that is chosen, and show a key of tomorrow as it is', () => {
    const t = define({ greet: ['Hello {name}', '你好 {name}'] })
    language.value = 'en'
    expect(t('greet', { name: 'Ana' })).toBe('Hello Ana')
    language.value = 'zh'
    expect(t('greet', { name: 'Ana' })).toBe('你好 Ana')
    expect(sayOr(t, 'from_tomorrow.on')).toBe('from tomorrow on')
  })
})
