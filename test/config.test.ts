import { readFileSync } from 'node:fs'
import * as Redacted from 'effect/Redacted'
import { describe, expect, it } from 'vitest'
import { ConfigError, readConfig } from '../src/config.ts'
import { VARIABLES } from '../src/variables.ts'

const canary = 'canary-7f3a9c-value'
const problemsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env, false)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the configuration', () => {
  it('has a working default for every variable', () => {
    const config = readConfig({}, false)
    expect(config.host).toBe('127.0.0.1')
    expect(config.port).toBe(8080)
    expect(config.databaseUrl).toMatch(/^file:.*roomkeeper\.db$/)
    expect(config.logFormat).toBe('json')
    expect(config.settings.manualCooldownMs).toBe(900_000)
  })

  it('L37: takes ingests and stream keys as destinations do, but private hosts too', () => {
    const { destinations } = readConfig(
      { YOUTUBE_RTMP_URL: 'rtmp://127.0.0.1:1935/live', YOUTUBE_STREAM_KEY: 'abcd-efgh' },
      false,
    )
    expect(destinations.youtube.url).toBe('rtmp://127.0.0.1:1935/live')
    const problems = problemsOf({
      YOUTUBE_RTMP_URL: `rtmp://user:${canary}@example.org/live`,
      TWITCH_RTMP_URL: `rtmp://example.org/live?key=${canary}`,
      TWITCH_STREAM_KEY: `${canary}/${canary}`,
    })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'YOUTUBE_RTMP_URL',
      'TWITCH_RTMP_URL',
      'TWITCH_STREAM_KEY',
    ])
    expect(problems.join('\n')).not.toContain(canary)
  })

  it('P12: names everything that is wrong at once and never a value', () => {
    const problems = problemsOf({
      PORT: canary,
      OPERATOR_TOKEN: 'short',
      SECRETS_KEYS: canary,
      LOG_LEVEL: canary,
      RESUME_WINDOW_MS: '-5',
      DATABASE_URL: canary,
    })
    const named = ['PORT', 'DATABASE_URL', 'OPERATOR_TOKEN', 'SECRETS_KEYS', 'LOG_LEVEL', 'RESUME_WINDOW_MS']
    expect(problems).toHaveLength(named.length)
    for (const name of named) expect(problems.some((problem) => problem.startsWith(name))).toBe(true)
    expect(problems.join('\n')).not.toContain(canary)
    expect(problems.join('\n')).not.toContain('short')
  })

  it('P12: refuses a secret that is set but empty', () => {
    expect(problemsOf({ OPERATOR_TOKEN: ' ' })).toEqual([
      'OPERATOR_TOKEN is empty: leave it out, or give it a value',
    ])
  })

  it('reads a pool of sign keys as secrets that do not print', () => {
    const config = readConfig({ SIGN_API_KEYS: 'key-one-aaaa, key-two-bbbb' }, false)
    expect(config.tiktok.signApiKeys.map((key) => Redacted.value(key))).toEqual([
      'key-one-aaaa',
      'key-two-bbbb',
    ])
    expect(JSON.stringify(config)).not.toContain('aaaa')
  })

  it('asks a platform of itself only with all of its credentials, which do not print', () => {
    expect(readConfig({}, false).probes).toEqual({ youtube: null, twitch: null })
    expect(problemsOf({ YOUTUBE_CLIENT_ID: canary, TWITCH_USER_ID: '42' })).toEqual([
      'YOUTUBE_CLIENT_SECRET and YOUTUBE_REFRESH_TOKEN must be set as well: asking YouTube takes all three or none',
      'TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET must be set as well: asking Twitch takes all three or none',
    ])
    const { probes } = readConfig(
      {
        YOUTUBE_CLIENT_ID: 'app',
        YOUTUBE_CLIENT_SECRET: canary,
        YOUTUBE_REFRESH_TOKEN: canary,
        TWITCH_CLIENT_ID: 'app',
        TWITCH_CLIENT_SECRET: canary,
        TWITCH_USER_ID: '42',
      },
      false,
    )
    expect(probes.youtube?.apiOrigin).toBe('https://www.googleapis.com')
    expect(probes.twitch?.userId).toBe('42')
    expect(JSON.stringify(probes)).not.toContain(canary)
  })

  it('is documented variable by variable in .env.example, with the defaults that are in force', () => {
    const example = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const documented = [...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=(.*)$/gm)]
    expect(documented.map(([, name]) => name)).toEqual(VARIABLES.map(({ name }) => name))
    for (const [, name, value] of documented) {
      expect(value, name).toBe(VARIABLES.find((variable) => variable.name === name)?.fallback)
    }
  })
})
