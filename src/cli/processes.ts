// `roomkeeper serve` and `roomkeeper demo`: the commands that are processes themselves. They only say which
// file is to run; it runs after the command line is done, so that signals are that file's alone.

import * as Effect from 'effect/Effect'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'

/** What the process becomes once the command has been understood. */
export interface Becoming {
  next: 'serve' | 'demo' | null
  /** What the file is started with. */
  args: readonly string[]
}

export const processes = (becoming: Becoming) =>
  [
    Command.make('serve', {}, () => Effect.sync(() => void (becoming.next = 'serve'))).pipe(
      Command.withDescription('Run the server; it is configured by the environment, see .env.example'),
    ),
    Command.make(
      'demo',
      {
        keep: Flag.Boolean('keep').pipe(
          Flag.withDescription('leave it running when the story is over'),
          Flag.withDefault(false),
        ),
      },
      ({ keep }) =>
        Effect.sync(() => {
          becoming.next = 'demo'
          becoming.args = keep ? ['--keep'] : []
        }),
    ).pipe(
      Command.withDescription(
        'Run the server against a stand-in for TikTok: three rooms, and what befalls them',
      ),
    ),
  ] as const
