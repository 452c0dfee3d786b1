// `roomkeeper sign-in`: a link that signs a browser in to the console, once. For a server without a terminal.

import * as Effect from 'effect/Effect'
import * as Command from 'effect/cli/Command'
import { connect } from './server.ts'
import { moment, plain, print } from './table.ts'

export const signIn = Command.make(
  'sign-in',
  {},
  Effect.fn(function* () {
    const server = yield* connect
    const link = yield* server.ask('POST', '/api/login/link', {})
    yield* print({ ...link, url: `${server.url}${plain(link['path'])}` }, () =>
      [
        `Open this in a browser; it signs in once, until ${moment(link['expiresAt'])}:`,
        `${server.url}${plain(link['path'])}`,
      ].join('\n'),
    )
  }),
).pipe(Command.withDescription('A link that signs a browser in to the console, once'))
