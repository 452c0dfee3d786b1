// A stream key on its way in: from standard input or from STREAM_KEY, never from the command line, where every
// process of the machine and the history of the shell could read it.

import * as Config from 'effect/Config'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Redacted from 'effect/Redacted'
import * as Stdio from 'effect/Stdio'
import * as Stream from 'effect/Stream'
import * as Flag from 'effect/cli/Flag'
import { fail } from './failure.ts'

/** More than any key has; what is longer is something else. */
const INPUT_MAX_BYTES = 4_096

export const keyFlag = Flag.Boolean('key-stdin').pipe(
  Flag.withDescription('read the stream key from standard input'),
  Flag.withDefault(false),
)

const fromInput = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdinIsTerminal) {
    return yield* fail(
      'usage',
      'Pipe the stream key in, like: --key-stdin < key-file. It would be seen here.',
    )
  }
  const bytes = yield* stdio.stdin.pipe(
    Stream.runFoldEffect(
      () => Buffer.alloc(0),
      (all, chunk) =>
        all.length + chunk.length > INPUT_MAX_BYTES
          ? fail('usage', 'That is too long to be a stream key.')
          : Effect.succeed(Buffer.concat([all, chunk])),
    ),
    Effect.catchTag('PlatformError', () => fail('usage', 'Standard input cannot be read.')),
  )
  const key = bytes.toString('utf8').trim()
  return key === '' ? yield* fail('usage', 'Standard input is empty; it should be the stream key.') : key
})

/** The key that was given in either way, or none. */
export const streamKey = Effect.fnUntraced(function* (isPiped: boolean) {
  if (isPiped) return Option.some(Redacted.make(yield* fromInput, { label: 'stream key' }))
  return yield* Config.option(Config.Redacted('STREAM_KEY')).pipe(
    Effect.catchTag('ConfigError', (error) => fail('usage', error.message)),
  )
})
