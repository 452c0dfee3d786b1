// How a command fails: one sentence on stderr and an exit code that a script can act on.
// `roomkeeper --help` tells the codes.

import * as Data from 'effect/Data'
import * as Runtime from 'effect/Runtime'
import { userMessage } from 'effect/cli/CliError'

export const EXIT = {
  /** The server refused, or what was asked for could not be done. */
  refused: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** Nothing answered. */
  unreachable: 3,
  /** The token is missing or not accepted. */
  unauthorized: 4,
  /** The server could not do it now; the same command may succeed later. */
  unavailable: 5,
} as const

export class Failure extends Data.TaggedError('Failure')<{
  readonly message: string
  readonly exitCode: (typeof EXIT)[keyof typeof EXIT]
}> {
  override readonly [Runtime.errorReported] = false
  override get [Runtime.errorExitCode](): number {
    return this.exitCode
  }
  override get [userMessage](): string {
    return this.message
  }
}

export const fail = (exitCode: keyof typeof EXIT, message: string): Failure =>
  new Failure({ message, exitCode: EXIT[exitCode] })
