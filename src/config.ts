// The only reader of the environment. It reports everything that is wrong at once, by name, never a value.
// What each variable may be is in `variables.ts`.

import { join, resolve } from 'node:path'
import * as Redacted from 'effect/Redacted'
import type { Settings } from './domain/settings.ts'
import { VARIABLES } from './variables.ts'

/** One OAuth client and one channel that it may read. */
export interface YouTubeProbeConfig {
  readonly apiOrigin: string
  readonly tokenOrigin: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  readonly refreshToken: Redacted.Redacted<string>
}

/** One application and the channel that it looks at. */
export interface TwitchProbeConfig {
  readonly apiOrigin: string
  readonly tokenOrigin: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  readonly userId: string
}

/** What the process was started with. Durations in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string
  readonly databaseAuthToken: Redacted.Redacted<string> | null
  /** Null: made on first start and kept in `dataDir` with mode 0600. */
  readonly operatorToken: Redacted.Redacted<string> | null
  readonly secretsKeys: Redacted.Redacted<string> | null
  readonly publicUrl: string | null
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly logFormat: 'json' | 'pretty'
  readonly tiktok: {
    readonly origin: string
    readonly webcastOrigin: string
    readonly signApiUrl: string
    readonly signApiKeys: readonly Redacted.Redacted<string>[]
    readonly proxyUrl: Redacted.Redacted<string> | null
  }
  /** Null: nothing can be sent out. */
  readonly livekit: {
    readonly url: string
    readonly apiKey: string
    readonly apiSecret: Redacted.Redacted<string>
  } | null
  /** For rooms without a destination of their own. */
  readonly destinations: Readonly<
    Record<
      'youtube' | 'twitch',
      { readonly url: string | null; readonly key: Redacted.Redacted<string> | null }
    >
  >
  /** Private and loopback hosts that a destination may name: `host` or `host:port`. */
  readonly rtmpPrivateHosts: readonly string[]
  readonly egress: {
    readonly backoffBaseMs: number
    readonly backoffCapMs: number
    readonly attemptsMax: number
    readonly stableMs: number
    readonly pollMs: number
  }
  /** What each platform is asked of itself with; null: it is not asked. */
  readonly probes: {
    readonly youtube: YouTubeProbeConfig | null
    readonly twitch: TwitchProbeConfig | null
  }
  readonly assets: {
    /** The folder they are in when there is no bucket. */
    readonly dir: string
    /** Credentials come from the AWS SDK's own chain. Endpoint null: AWS. */
    readonly s3: {
      readonly bucket: string
      readonly region: string
      readonly endpoint: string | null
      readonly prefix: string
    } | null
    readonly uploadMaxBytes: number
    /** Of each room; null: no limit. */
    readonly quota: { readonly count: number | null; readonly bytes: number | null }
    readonly sweepIntervalMs: number
  }
  readonly webhooks: {
    /** Hosts that are not public, or speak no TLS, and may be named all the same: `host` or `host:port`. */
    readonly privateHosts: readonly string[]
    readonly timeoutMs: number
    readonly retryBaseMs: number
    readonly retryCapMs: number
    readonly giveUpMs: number
  }
  /** Defaults of the settings that can be changed while the server runs. */
  readonly settings: Settings
}

export type Environment = Readonly<Record<string, string | undefined>>

/** The environment is wrong. `problems` name variables and what would be right, never values. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Who takes all of these variables or none. */
const TOGETHER = [
  ['LiveKit', 'LIVEKIT_URL', 'LIVEKIT_API_KEY', 'LIVEKIT_API_SECRET'],
  ['asking YouTube', 'YOUTUBE_CLIENT_ID', 'YOUTUBE_CLIENT_SECRET', 'YOUTUBE_REFRESH_TOKEN'],
  ['asking Twitch', 'TWITCH_CLIENT_ID', 'TWITCH_CLIENT_SECRET', 'TWITCH_USER_ID'],
] as const

/** Reads and checks every variable; throws one ConfigError that names all that are wrong. */
export const readConfig = (env: Environment = process.env, isTerminal = process.stdout.isTTY): Config => {
  const problems: string[] = []
  const texts = new Map<string, string>()
  for (const { name, fallback, wrong } of VARIABLES) {
    const given = env[name]
    if (given !== undefined && given.trim() === '') {
      problems.push(`${name} is empty: leave it out, or give it a value`)
      continue
    }
    const text = given?.trim() ?? fallback
    const right = text === '' ? null : wrong(text)
    if (right === null) texts.set(name, text)
    else problems.push(`${name} must be ${right}`)
  }
  for (const [who, ...names] of TOGETHER) {
    const missing = names.filter((name) => (env[name]?.trim() ?? '') === '')
    if (missing.length === 0 || missing.length === names.length) continue
    problems.push(`${missing.join(' and ')} must be set as well: ${who} takes all three or none`)
  }
  if (problems.length > 0) throw new ConfigError(problems)

  const text = (name: string): string => texts.get(name) ?? ''
  const whole = (name: string): number => Number(text(name))
  const limit = (name: string): number | null => (text(name) === '' ? null : whole(name))
  const optional = (name: string): string | null => (text(name) === '' ? null : text(name))
  const given = (name: string): Redacted.Redacted<string> => Redacted.make(text(name), { label: name })
  const secret = (name: string): Redacted.Redacted<string> | null => (text(name) === '' ? null : given(name))
  const hosts = (name: string): readonly string[] =>
    text(name)
      .split(',')
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== '')
  const origin = (name: string): string => new URL(text(name)).origin
  const dataDir = resolve(text('DATA_DIR'))
  return {
    host: text('HOST'),
    port: whole('PORT'),
    dataDir,
    databaseUrl: optional('DATABASE_URL') ?? `file:${join(dataDir, 'roomkeeper.db')}`,
    databaseAuthToken: secret('DATABASE_AUTH_TOKEN'),
    operatorToken: secret('OPERATOR_TOKEN'),
    secretsKeys: secret('SECRETS_KEYS'),
    publicUrl: optional('PUBLIC_URL'),
    logLevel: text('LOG_LEVEL') as Config['logLevel'],
    logFormat: (optional('LOG_FORMAT') ?? (isTerminal ? 'pretty' : 'json')) as Config['logFormat'],
    tiktok: {
      origin: origin('TIKTOK_ORIGIN'),
      webcastOrigin: origin('TIKTOK_WEBCAST_ORIGIN'),
      signApiUrl: text('SIGN_API_URL').replace(/\/+$/, ''),
      signApiKeys: text('SIGN_API_KEYS')
        .split(',')
        .map((key) => key.trim())
        .filter((key) => key !== '')
        .map((key) => Redacted.make(key, { label: 'SIGN_API_KEYS' })),
      proxyUrl: secret('TIKTOK_PROXY_URL'),
    },
    livekit:
      text('LIVEKIT_URL') === ''
        ? null
        : {
            url: text('LIVEKIT_URL').replace(/^ws/, 'http').replace(/\/+$/, ''),
            apiKey: text('LIVEKIT_API_KEY'),
            apiSecret: given('LIVEKIT_API_SECRET'),
          },
    destinations: {
      youtube: { url: optional('YOUTUBE_RTMP_URL'), key: secret('YOUTUBE_STREAM_KEY') },
      twitch: { url: optional('TWITCH_RTMP_URL'), key: secret('TWITCH_STREAM_KEY') },
    },
    rtmpPrivateHosts: hosts('RTMP_PRIVATE_HOSTS'),
    egress: {
      backoffBaseMs: whole('EGRESS_BACKOFF_BASE_MS'),
      backoffCapMs: whole('EGRESS_BACKOFF_CAP_MS'),
      attemptsMax: whole('EGRESS_ATTEMPTS_MAX'),
      stableMs: whole('EGRESS_STABLE_MS'),
      pollMs: whole('EGRESS_POLL_MS'),
    },
    probes: {
      youtube:
        text('YOUTUBE_CLIENT_ID') === ''
          ? null
          : {
              apiOrigin: origin('YOUTUBE_API_ORIGIN'),
              tokenOrigin: origin('YOUTUBE_TOKEN_ORIGIN'),
              clientId: text('YOUTUBE_CLIENT_ID'),
              clientSecret: given('YOUTUBE_CLIENT_SECRET'),
              refreshToken: given('YOUTUBE_REFRESH_TOKEN'),
            },
      twitch:
        text('TWITCH_CLIENT_ID') === ''
          ? null
          : {
              apiOrigin: origin('TWITCH_API_ORIGIN'),
              tokenOrigin: origin('TWITCH_TOKEN_ORIGIN'),
              clientId: text('TWITCH_CLIENT_ID'),
              clientSecret: given('TWITCH_CLIENT_SECRET'),
              userId: text('TWITCH_USER_ID'),
            },
    },
    assets: {
      dir: resolve(optional('ASSETS_DIR') ?? join(dataDir, 'assets')),
      s3:
        text('S3_BUCKET') === ''
          ? null
          : {
              bucket: text('S3_BUCKET'),
              region: text('S3_REGION'),
              endpoint: optional('S3_ENDPOINT'),
              prefix: text('S3_PREFIX'),
            },
      uploadMaxBytes: whole('UPLOAD_MAX_BYTES'),
      quota: { count: limit('ASSET_QUOTA_COUNT'), bytes: limit('ASSET_QUOTA_BYTES') },
      sweepIntervalMs: whole('ASSET_SWEEP_INTERVAL_MS'),
    },
    webhooks: {
      privateHosts: hosts('WEBHOOK_PRIVATE_HOSTS'),
      timeoutMs: whole('WEBHOOK_TIMEOUT_MS'),
      retryBaseMs: whole('WEBHOOK_RETRY_BASE_MS'),
      retryCapMs: whole('WEBHOOK_RETRY_CAP_MS'),
      giveUpMs: whole('WEBHOOK_GIVE_UP_MS'),
    },
    settings: {
      autoMonitorEnabled: true,
      watchIntervalMs: whole('WATCH_INTERVAL_MS'),
      heartbeatIntervalMs: whole('HEARTBEAT_INTERVAL_MS'),
      silenceTimeoutMs: whole('SILENCE_TIMEOUT_MS'),
      resumeWindowMs: whole('RESUME_WINDOW_MS'),
      drainTimeoutMs: whole('DRAIN_TIMEOUT_MS'),
      cooldownMs: whole('COOLDOWN_MS'),
      manualCooldownMs: whole('MANUAL_COOLDOWN_MS'),
      signRequestsPerMinute: whole('SIGN_REQUESTS_PER_MINUTE'),
    },
  }
}
