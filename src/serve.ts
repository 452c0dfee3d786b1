// Configuration → app → signals. What the exit codes mean is in docs/operations.md.

import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { crashOf } from './crash.ts'
import { exitNow } from './exit.ts'
import { surviveClosedStreams } from './logs.ts'

surviveClosedStreams()

const fail = (error: unknown): never => {
  // The message alone: a stack can quote values, and the errors of start-up are written for people.
  console.error(error instanceof Error ? error.message : 'unknown error')
  const code = error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 70
  process.exit(error instanceof ConfigError ? 78 : code)
}

try {
  const config = readConfig()
  const crash = crashOf(config)
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) process.on(fault, crash)
  const starting = startApp(config, crash)
  let isLeaving = false
  // A signal that comes while it still starts is obeyed as soon as there is something to let go of.
  const leave = (): void => {
    if (isLeaving) return void starting.then((app) => app.hurry())
    isLeaving = true
    void starting
      .then((app) => app.stop())
      .then((code) => (code === 0 ? process.exit() : exitNow(code)), fail)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leave)
  await starting
} catch (error) {
  fail(error)
}
