// Who looks at the page: the identity that the cookie stands for, or nobody.

import { signal } from '@preact/signals'
import { api, heard } from '../api/fetch.ts'
import { ApiProblem, problemOf } from '../api/problem.ts'
import type { Me } from '../api/types.ts'

/** `unknown` until the server was asked; `nobody` has to sign in. */
export const me = signal<Me | 'unknown' | 'nobody'>('unknown')
/** Why it is not known who looks. */
export const meProblem = signal<ApiProblem | null>(null)
/** True when there was an identity and it ended while the page was open. */
export const wasSignedOut = signal(false)

export const isOperator = (): boolean => typeof me.value === 'object' && me.value.scope === 'operator'

const leave = (): void => {
  if (typeof me.value === 'object') wasSignedOut.value = true
  me.value = 'nobody'
}
heard.unauthorized = leave

export const findMe = async (): Promise<void> => {
  try {
    me.value = await api.get<Me>('/api/me')
    meProblem.value = null
  } catch (error) {
    const problem = problemOf(error)
    if (problem.status === 401) me.value = 'nobody'
    else meProblem.value = problem
  }
}

/** By a token, or by the code of a sign-in link. Throws the problem when it is not taken. */
export const signIn = async (
  shown: { readonly token: string } | { readonly code: string },
): Promise<void> => {
  await api.post('/api/login', shown)
  wasSignedOut.value = false
  await findMe()
}

/**
 * Throws the problem when the server did not end the identity: no script can take its cookie away, so whoever is only
 * shown the login would be signed in again with the next load.
 */
export const signOut = async (): Promise<void> => {
  try {
    await api.post('/api/logout', {})
  } catch (error) {
    if (problemOf(error).status !== 401) throw error
  }
  me.value = 'nobody'
  wasSignedOut.value = false
}
