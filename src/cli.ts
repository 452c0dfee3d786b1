// The command line as a process: its exit codes, and what it becomes for serve and demo. The commands are in
// `cli/`; they talk to a running server and import nothing of it.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as NodeRuntime from '@effect/platform-node/NodeRuntime'
import * as NodeServices from '@effect/platform-node/NodeServices'
import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Runtime from 'effect/Runtime'
import { isCliError } from 'effect/cli/CliError'
import * as Command from 'effect/cli/Command'
import { commandLine } from './cli/command-line.ts'
import { EXIT } from './cli/failure.ts'
import type { Becoming } from './cli/processes.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}
const becoming: Becoming = { next: null, args: [] }

/** The demo lives with the stand-ins it needs, outside of what the product imports. */
const runDemo = (): void => {
  const script = fileURLToPath(new URL('../test/_support/demo.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...becoming.args], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal sends its signals to the child too; a second one would mean "hurry".
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

const become = async (next: 'serve' | 'demo'): Promise<void> => {
  if (next === 'demo') runDemo()
  else await import('./serve.ts')
}

const exitCode = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.hasInterruptsOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  const code = Runtime.getErrorExitCode(error)
  // Help that was asked for is no failure; help that is shown because of a mistake is.
  return isCliError(error) && code !== 0 ? EXIT.usage : code
}

commandLine(becoming).pipe(
  Command.run({ version }),
  Effect.provide(NodeServices.layer),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    teardown: (exit, onExit) => {
      if (becoming.next !== null && Exit.isSuccess(exit)) void become(becoming.next)
      else onExit(exitCode(exit))
    },
  }),
)
