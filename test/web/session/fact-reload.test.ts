import { expect, it } from 'vitest'
import { isOfSession } from '../../../web/src/pages/session/fact-reload.ts'

const fact = (sessionId: string | null, body: Readonly<Record<string, unknown>> = {}) => ({ sessionId, body })

it('what is joined into a session, and taken out of it again, is a fact of that session too', () => {
  expect(isOfSession(fact('s1'), 's1', [])).toBe(true)
  expect(isOfSession(fact('s2', { into: 's1', kind: 'fragment' }), 's1', [])).toBe(true)
  expect(isOfSession(fact('s2', { into: null, kind: null }), 's1', ['s2'])).toBe(true)
  expect(isOfSession(fact('s3', { into: 's2', kind: 'fragment' }), 's1', [])).toBe(false)
  expect(isOfSession(fact('s3', { into: null }), 's1', ['s2'])).toBe(false)
  expect(isOfSession(fact(null), 's1', ['s2'])).toBe(false)
})
