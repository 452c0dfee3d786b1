// Configuration → app → signals. What the exit codes mean is in docs/operations.md.

import { startApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { surviveClosedStreams } from './logs.ts'

surviveClosedStreams()

const fail = (error: unknown): never => {
  // The message alone: a stack can quote values, and the errors of start-up are written for people.
  console.error(error instanceof Error ? error.message : 'unknown error')
  const code = error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 70
  process.exit(error instanceof ConfigError ? 78 : code)
}

try {
  const app = await startApp(readConfig())
  let isLeaving = false
  const leave = (): void => {
    if (isLeaving) return app.hurry()
    isLeaving = true
    void app.stop().then((code) => process.exit(code), fail)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leave)
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) process.on(fault, app.crash)
} catch (error) {
  fail(error)
}
