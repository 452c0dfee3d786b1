// How a database operation fails inside the database's threads: the same three things that `DbError` says,
// without the schemas that would make every thread start slower. `database-live.ts` turns one into the other.

import type { DbError } from '../domain/errors.ts'

export type DbFailure = Pick<DbError, 'kind' | 'outcome' | 'message'>

export class Failure extends Error implements DbFailure {
  override readonly name = 'Failure'
  readonly kind: DbFailure['kind']
  readonly outcome: DbFailure['outcome']

  constructor(kind: DbFailure['kind'], message: string, outcome: DbFailure['outcome'] = 'failed') {
    super(message)
    this.kind = kind
    this.outcome = outcome
  }
}

/** What came out of a `catch`: ours as it is, anything else as a mistake in our own code or SQL. */
export const failureFrom = (error: unknown): Failure =>
  error instanceof Failure
    ? error
    : new Failure('sql', error instanceof Error ? `${error.name} in the database layer` : 'unknown error')

/** Without the Error around it, of which a structured clone keeps the message only. */
export const plain = ({ kind, outcome, message }: DbFailure): DbFailure => ({ kind, outcome, message })

/** The state of the disk, not of the request: the same statements can succeed later. */
export const isStorage = (failure: DbFailure): boolean =>
  failure.kind !== 'constraint' && failure.kind !== 'sql' && failure.kind !== 'fenced'

/**
 * Why the server must not start on this database, with the exit code for the process manager:
 * 78 configuration (restarting does not help), 69 another process has it, 65 the data is damaged.
 */
export type RefusalCode =
  | 'lock_held'
  | 'pragma'
  | 'newer_schema'
  | 'migration_changed'
  | 'damaged'
  | 'cannot_open'

export const EXIT_CODES: Readonly<Record<RefusalCode, number>> = {
  lock_held: 69,
  pragma: 78,
  newer_schema: 78,
  migration_changed: 78,
  damaged: 65,
  cannot_open: 78,
}

export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: RefusalCode
  readonly exitCode: number

  constructor(code: RefusalCode, message: string) {
    super(message)
    this.code = code
    this.exitCode = EXIT_CODES[code]
  }
}

/** Why a start failed, as far as it is weather or configuration; a mistake of ours is thrown on. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof Refusal) return error
  if (!(error instanceof Failure)) throw error
  return new Refusal('cannot_open', `the database cannot be opened: ${error.message}`)
}
