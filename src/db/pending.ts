// Questions to a thread and their answers, matched by number. Bounded: what cannot be answered soon is
// refused at once instead of piling up.

import * as Effect from 'effect/Effect'
import { DbError } from '../domain/errors.ts'
import type { DbFailure } from './failure.ts'

export interface Pending<A> {
  /** Asks by calling `post` with a fresh number. */
  readonly ask: (post: (id: number) => void) => Effect.Effect<A, DbError>
  readonly succeed: (id: number, value: A) => void
  readonly fail: (id: number, failure: DbFailure) => void
  /** Nothing will be answered any more, now or later. */
  readonly end: (failure: DbFailure) => void
  /** Refuses what has waited since before `at` (milliseconds of `performance.now`). */
  readonly expire: (at: number, failure: DbFailure) => void
  readonly size: () => number
}

const toError = ({ kind, outcome, message }: DbFailure): DbError => new DbError({ kind, outcome, message })

export const pending = <A>(limit: number): Pending<A> => {
  interface Question {
    readonly since: number
    readonly resume: (answer: Effect.Effect<A, DbError>) => void
  }
  const questions = new Map<number, Question>()
  let next = 1
  let ended: DbFailure | null = null

  const settle = (id: number, answer: Effect.Effect<A, DbError>): void => {
    const question = questions.get(id)
    questions.delete(id)
    question?.resume(answer)
  }
  const fail = (id: number, failure: DbFailure): void => settle(id, Effect.fail(toError(failure)))

  return {
    ask: (post) =>
      Effect.callback((resume) => {
        if (ended !== null) return resume(Effect.fail(toError({ ...ended, outcome: 'failed' })))
        if (questions.size >= limit) {
          const message = 'too much is waiting for the database'
          return resume(Effect.fail(toError({ kind: 'busy', outcome: 'failed', message })))
        }
        const id = next++
        questions.set(id, { since: performance.now(), resume })
        try {
          post(id)
        } catch {
          // The structured clone refused it; nothing was sent.
          fail(id, { kind: 'sql', outcome: 'failed', message: 'a value that the database cannot take' })
        }
      }),
    succeed: (id, value) => settle(id, Effect.succeed(value)),
    fail,
    end: (failure) => {
      ended = failure
      for (const id of questions.keys()) fail(id, failure)
    },
    expire: (at, failure) => {
      for (const [id, { since }] of questions) {
        // Numbers rise with time, so the first young one ends the search.
        if (since >= at) return
        fail(id, failure)
      }
    },
    size: () => questions.size,
  }
}
