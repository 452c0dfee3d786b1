// Where log lines go and which are said. A reader that goes away (a closed pipe, a full disk) ends no recording.

import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import type { LogLevel } from 'effect/LogLevel'
import * as References from 'effect/References'
import type { Config } from './config.ts'

const LEVELS: Readonly<Record<Config['logLevel'], LogLevel>> = {
  debug: 'Debug',
  info: 'Info',
  warn: 'Warn',
  error: 'Error',
}

export const logs = (config: Pick<Config, 'logLevel' | 'logFormat'>): Layer.Layer<never> =>
  Layer.merge(
    Logger.layer([config.logFormat === 'json' ? Logger.consoleJson : Logger.consolePretty()]),
    Layer.succeed(References.MinimumLogLevel, LEVELS[config.logLevel]),
  )

/** Errors of the standard streams have nowhere to be told; without a listener they would end the process. */
export const surviveClosedStreams = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
