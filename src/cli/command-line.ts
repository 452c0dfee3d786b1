// All commands put together. It starts nothing: `cli.ts` runs it as a process, tests run it in their own.

import * as Command from 'effect/cli/Command'
import { assets } from './assets.ts'
import { backup, restore } from './backup.ts'
import { destinations } from './destinations.ts'
import { exportCommand } from './export.ts'
import { live } from './live.ts'
import { merge, prune, repair } from './maintenance.ts'
import { processes, type Becoming } from './processes.ts'
import { rooms } from './rooms.ts'
import { root } from './root.ts'
import { rotate } from './rotate.ts'
import { sessions } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { webhooks } from './webhooks.ts'

export const commandLine = (becoming: Becoming) => {
  const [serve, demo] = processes(becoming)
  return root.pipe(
    Command.withSubcommands([
      serve,
      demo,
      rooms,
      destinations,
      live,
      sessions,
      exportCommand,
      assets,
      webhooks,
      repair,
      merge,
      prune,
      rotate,
      signIn,
      backup,
      restore,
    ]),
  )
}
