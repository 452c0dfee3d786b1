// Who looks at the page, and when that ends.

import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Me } from '../../../web/src/api/types.ts'
import { me, signOut, wasSignedOut } from '../../../web/src/state/me.ts'

const WHO: Me = { actor: 'token:1', scope: 'operator', roomId: null, expiresAt: null }

afterEach(() => {
  vi.unstubAllGlobals()
  me.value = 'unknown'
  wasSignedOut.value = false
})

const answered = (answer: () => Response | Promise<Response>): void =>
  void vi.stubGlobal('fetch', () => Promise.resolve().then(answer))

describe('signing out', () => {
  it('is not done while the server did not say so', async () => {
    me.value = WHO
    for (const status of [429, 500, 503]) {
      answered(() => Response.json({ code: 'busy' }, { status }))
      await expect(signOut()).rejects.toMatchObject({ status })
      expect(me.value).toBe(WHO)
    }
    answered(() => Promise.reject(new TypeError('Failed to fetch')))
    await expect(signOut()).rejects.toMatchObject({ offline: true })
    expect(me.value).toBe(WHO)
  })

  it('is done when it is answered, also when the identity had ended already', async () => {
    for (const answer of [new Response(null, { status: 204 }), Response.json({}, { status: 401 })]) {
      me.value = WHO
      answered(() => answer)
      await signOut()
      expect([me.value, wasSignedOut.value]).toEqual(['nobody', false])
    }
  })
})
