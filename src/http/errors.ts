// How what failed becomes a problem: the one place where errors of the domain meet HTTP. An error that is not
// a refusal is logged here, once, by its class and its frames; its message may hold anything and goes nowhere.

import { randomBytes } from 'node:crypto'
import * as Cause from 'effect/Cause'
import * as Option from 'effect/Option'
import { CommandRefused, DbError } from '../domain/errors.ts'
import { Problem, problemAnswer } from './problems.ts'

/** How long a caller should wait when the database cannot be used; its writer reopens within seconds. */
const STORAGE_RETRY_MS = 5_000

/** What is said of a failure. `kind` and `frames` hold no message. */
export interface Complaint {
  readonly correlationId: string
  readonly route: string
  readonly kind: string
  readonly frames: readonly string[]
}
export type Complain = (complaint: Complaint) => void

const kindOf = (error: unknown): string => {
  if (error instanceof DbError) return `DbError.${error.kind}.${error.outcome}`
  if (typeof error !== 'object' || error === null) return typeof error
  const tag: unknown = Reflect.get(error, '_tag')
  return typeof tag === 'string' ? tag : error.constructor.name
}

/** Where it was thrown, without the message that a stack begins with. */
const framesOf = (error: unknown): readonly string[] =>
  error instanceof Error && typeof error.stack === 'string'
    ? error.stack
        .split('\n')
        .filter((line) => /^\s+at /.test(line))
        .slice(0, 6)
        .map((line) => line.trim())
    : []

const refusal = (error: CommandRefused): Problem =>
  new Problem(error.code, { detail: error.message, field: error.field, retryAfterMs: error.retryAfterMs })

/** The error a failed effect ended with: the typed one when there is one, else its defect. */
export const errorOf = (cause: Cause.Cause<unknown>): unknown =>
  Option.getOrElse(Cause.findErrorOption(cause), () => Cause.squash(cause))

export const complaintOf = (error: unknown, route: string, correlationId: string): Complaint => ({
  correlationId,
  route,
  kind: kindOf(error),
  frames: framesOf(error),
})

/** What an error answers. `complain` hears of all that is our fault. */
export const answerTo = (error: unknown, route: string, complain: Complain): Response => {
  if (error instanceof Problem) return problemAnswer(error)
  if (error instanceof CommandRefused) return problemAnswer(refusal(error))
  const correlationId = randomBytes(9).toString('base64url')
  complain(complaintOf(error, route, correlationId))
  const passing = error instanceof DbError && error.kind !== 'constraint' && error.kind !== 'sql'
  return problemAnswer(
    passing
      ? new Problem('storage_unavailable', { retryAfterMs: STORAGE_RETRY_MS, correlationId })
      : new Problem('internal', { correlationId }),
  )
}
