// The end after an error that nobody expected: said once, without what the configuration keeps secret, then
// exit 70, so that the process manager starts it again. What is expected to go wrong never comes here.

import * as Redacted from 'effect/Redacted'
import type { Config } from './config.ts'
import { exitNow } from './exit.ts'
import { scrub } from './tiktok/failures.ts'

const EXIT_CODE = 70

const secretsOf = (config: Config): readonly string[] => {
  const { operatorToken, secretsKeys, databaseAuthToken, tiktok, livekit, destinations } = config
  return [
    operatorToken,
    secretsKeys,
    databaseAuthToken,
    tiktok.proxyUrl,
    ...tiktok.signApiKeys,
    livekit?.apiSecret ?? null,
    destinations.youtube.key,
    destinations.twitch.key,
  ].flatMap((secret) => (secret === null ? [] : [Redacted.value(secret)]))
}

export type Crash = (error: unknown) => never

export const crashOf = (config: Config): Crash => {
  const secrets = secretsOf(config)
  return (error) => {
    const { name, message, stack } = error instanceof Error ? error : new Error('not an error was thrown')
    const where = stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? ''
    const said = {
      name: scrub(name, secrets),
      message: scrub(message, secrets),
      where: scrub(where, secrets),
    }
    console.error(JSON.stringify({ level: 'FATAL', ...said }))
    return exitNow(EXIT_CODE)
  }
}
