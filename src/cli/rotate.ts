// `roomkeeper rotate`: puts every secret at rest under the first key of SECRETS_KEYS. The running server does it,
// because it has the keys and the database.

import * as Effect from 'effect/Effect'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { connect } from './server.ts'
import { at, pairs, plain, print } from './table.ts'

export const rotate = Command.make(
  'rotate',
  {
    dryRun: Flag.Boolean('dry-run').pipe(
      Flag.withDescription('say what would be done and change nothing'),
      Flag.withDefault(false),
    ),
  },
  Effect.fn(function* ({ dryRun }) {
    const server = yield* connect
    const answer = yield* server.ask('POST', '/api/maintenance/rotate', { dryRun })
    yield* print(answer, () => {
      const lost = Number(answer['unreadable'] ?? 0)
      return [
        dryRun
          ? 'Dry run: nothing was changed.'
          : 'Every secret that opens is sealed with the first key now.',
        pairs(
          [
            ['key', 'key'],
            ['secrets', 'checked'],
            ['sealed again', 'resealed'],
            ['stream keys', 'kinds.destination_key'],
            ['proxies', 'kinds.room_proxy'],
            ['webhook addresses', 'kinds.webhook_url'],
            ['webhook secrets', 'kinds.webhook_secret'],
            ['unreadable', 'unreadable'],
          ].map(([label = '', path = '']) => [label, plain(at(answer, path))]),
        ),
        ...(lost > 0 ? ['What is unreadable was sealed with a key that is gone: set it anew.'] : []),
      ].join('\n')
    })
  }),
).pipe(
  Command.withDescription('Seal every secret again with the first key of SECRETS_KEYS'),
  Command.withExamples([
    {
      command: 'roomkeeper rotate --dry-run',
      description: 'after a new key was put in front of SECRETS_KEYS and the server was started again',
    },
  ]),
)
