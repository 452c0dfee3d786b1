// The command itself and the flags every subcommand understands: which server, which token, how to print.

import * as Config from 'effect/Config'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'

export const root = Command.make('roomkeeper').pipe(
  Command.withDescription(
    `Keeps live rooms: watches them, records every event, archives each broadcast as exactly one session.

  Commands other than serve, demo, backup and restore talk to a running server. Its token is taken from --token-file, else from
  ROOMKEEPER_TOKEN or OPERATOR_TOKEN, else from the file operator-token in DATA_DIR.

  Exit codes: 0 done, 1 refused, 2 wrong usage, 3 no server, 4 token not accepted, 5 try again later.`,
  ),
  Command.withSharedFlags({
    url: Flag.String('url').pipe(
      Flag.withFallbackConfig(Config.String('ROOMKEEPER_URL')),
      Flag.withDescription(
        'address of the server (ROOMKEEPER_URL); default is HOST and PORT on this machine',
      ),
      Flag.optional,
    ),
    tokenFile: Flag.String('token-file').pipe(
      Flag.withDescription('file that holds the token'),
      Flag.optional,
    ),
    json: Flag.Boolean('json').pipe(
      Flag.withDescription('print what the server answered, for programs'),
      Flag.withDefault(false),
    ),
  }),
)
