// Runs the command line inside the test: what it printed, and what it failed with.

import * as NodeServices from '@effect/platform-node/NodeServices'
import * as ConfigProvider from 'effect/ConfigProvider'
import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Cause from 'effect/Cause'
import * as Stdio from 'effect/Stdio'
import * as Stream from 'effect/Stream'
import * as Command from 'effect/cli/Command'
import { commandLine } from '../../src/cli/command-line.ts'
import type { Becoming } from '../../src/cli/processes.ts'

export interface Ran {
  readonly out: string
  readonly err: string
  /** What it failed with, null when it did not. */
  readonly error: unknown
  readonly becoming: Becoming
}

const NOTHING = () => {}

export const run = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
  /** What is piped in; nothing when absent, on a terminal. */
  stdin?: string,
): Promise<Ran> => {
  const out: string[] = []
  const err: string[] = []
  const becoming: Becoming = { next: null, args: [] }
  const console: Console.Console = {
    ...globalThis.console,
    log: (...parts: readonly unknown[]) => void out.push(parts.join(' ')),
    error: (...parts: readonly unknown[]) => void err.push(parts.join(' ')),
    info: NOTHING,
  }
  const exit = await Effect.runPromiseExit(
    Command.runWith(commandLine(becoming), { version: '0.0.0' })(args).pipe(
      Effect.provide(
        Stdio.layerTest({
          stdin: stdin === undefined ? Stream.empty : Stream.succeed(Buffer.from(stdin)),
          stdinIsTerminal: Effect.succeed(stdin === undefined),
        }),
      ),
      Effect.provide(NodeServices.layer),
      Effect.provideService(Console.Console, console),
      Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromUnknown(env)),
    ),
    signal === undefined ? {} : { signal },
  )
  return {
    out: out.join('\n'),
    err: err.join('\n'),
    error: Exit.isSuccess(exit) ? null : Cause.squash(exit.cause),
    becoming,
  }
}
