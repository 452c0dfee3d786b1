// The only reader of the environment. It reports everything that is wrong at once, by name, never a value.
// The table below is the truth that `.env.example` and the documents are checked against.

import { join, resolve } from 'node:path'
import * as Redacted from 'effect/Redacted'
import type { Settings } from './domain/settings.ts'

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
  /** Defaults of the settings that can be changed while the server runs. */
  readonly settings: Settings
}

export type Environment = Readonly<Record<string, string | undefined>>

interface Variable {
  readonly name: string
  readonly fallback: string
  readonly about: string
  /** Null when the text is right, else what would be right. */
  readonly wrong: (text: string) => string | null
}

const anything = (): null => null
const integer = (minimum: number, maximum: number) => (text: string) =>
  /^[0-9]+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum
    ? null
    : `a whole number from ${minimum} to ${maximum}`
const oneOf =
  (...words: readonly string[]) =>
  (text: string) =>
    words.includes(text) ? null : `one of ${words.join(', ')}`
const url =
  (...protocols: readonly string[]) =>
  (text: string) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol)
      ? null
      : `a URL starting with ${protocols.map((p) => `${p}//`).join(' or ')}`
const minimumLength = (length: number) => (text: string) =>
  text.length >= length ? null : `at least ${length} characters`
const keyRing = (text: string) =>
  text.split(',').every((part) => /^[a-z0-9]{1,16}:[A-Za-z0-9+/_-]{43}=?$/.test(part.trim()))
    ? null
    : 'name:key pairs separated by commas, each key 32 bytes in base64'

const DAY = 86_400_000
const http = ['http:', 'https:'] as const

/** Every variable, in the order of `.env.example`. An empty fallback means "not set". */
export const VARIABLES: readonly Variable[] = [
  { name: 'HOST', fallback: '127.0.0.1', about: 'address to listen on', wrong: minimumLength(1) },
  {
    name: 'PORT',
    fallback: '8080',
    about: 'port to listen on; 0 takes a free one',
    wrong: integer(0, 65_535),
  },
  {
    name: 'DATA_DIR',
    fallback: './data',
    about: 'folder of the database and what is made on first start',
    wrong: minimumLength(1),
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    about: 'file: or libsql:// URL; default is a file in DATA_DIR',
    wrong: url('file:', 'libsql:', 'http:', 'https:'),
  },
  {
    name: 'DATABASE_AUTH_TOKEN',
    fallback: '',
    about: 'token of a remote libsql:// database',
    wrong: anything,
  },
  {
    name: 'OPERATOR_TOKEN',
    fallback: '',
    about: "the server's token; made on first start when not set",
    wrong: minimumLength(16),
  },
  {
    name: 'SECRETS_KEYS',
    fallback: '',
    about: 'keys that seal secrets at rest, newest first; made on first start when not set',
    wrong: keyRing,
  },
  { name: 'PUBLIC_URL', fallback: '', about: 'the address others reach this server by', wrong: url(...http) },
  {
    name: 'LOG_LEVEL',
    fallback: 'info',
    about: 'debug, info, warn or error',
    wrong: oneOf('debug', 'info', 'warn', 'error'),
  },
  {
    name: 'LOG_FORMAT',
    fallback: '',
    about: 'json or pretty; default is pretty on a terminal',
    wrong: oneOf('json', 'pretty'),
  },
  { name: 'TIKTOK_ORIGIN', fallback: 'https://www.tiktok.com', about: "TikTok's site", wrong: url(...http) },
  {
    name: 'TIKTOK_WEBCAST_ORIGIN',
    fallback: 'https://webcast.tiktok.com',
    about: "TikTok's live API",
    wrong: url(...http),
  },
  {
    name: 'SIGN_API_URL',
    fallback: 'https://api.eulerstream.com',
    about: 'the sign server',
    wrong: url(...http),
  },
  {
    name: 'SIGN_API_KEYS',
    fallback: '',
    about: 'keys of the sign server, separated by commas',
    wrong: anything,
  },
  {
    name: 'TIKTOK_PROXY_URL',
    fallback: '',
    about: 'proxy for everything that goes to TikTok',
    wrong: url('http:', 'https:', 'socks5:', 'socks5h:'),
  },
  {
    name: 'WATCH_INTERVAL_MS',
    fallback: '60000',
    about: 'how often a room near its hour is looked at',
    wrong: integer(1_000, DAY),
  },
  {
    name: 'HEARTBEAT_INTERVAL_MS',
    fallback: '10000',
    about: 'how often a silent broadcast is asked about',
    wrong: integer(500, 600_000),
  },
  {
    name: 'SILENCE_TIMEOUT_MS',
    fallback: '30000',
    about: 'silence before the first question',
    wrong: integer(1_000, DAY),
  },
  {
    name: 'RESUME_WINDOW_MS',
    fallback: '120000',
    about: 'how long a lost broadcast stays the same session',
    wrong: integer(0, DAY),
  },
  {
    name: 'DRAIN_TIMEOUT_MS',
    fallback: '1500',
    about: 'how long an ended session waits for the tail',
    wrong: integer(0, 60_000),
  },
  { name: 'COOLDOWN_MS', fallback: '5000', about: 'rest after a natural end', wrong: integer(0, DAY) },
  {
    name: 'MANUAL_COOLDOWN_MS',
    fallback: '900000',
    about: 'rest after a manual stop',
    wrong: integer(0, 7 * DAY),
  },
  {
    name: 'SIGN_REQUESTS_PER_MINUTE',
    fallback: '5',
    about: 'sign requests that all rooms share',
    wrong: integer(1, 6_000),
  },
]

/** The environment is wrong. `problems` name variables and what would be right, never values. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

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
  if (problems.length > 0) throw new ConfigError(problems)

  const text = (name: string): string => texts.get(name) ?? ''
  const whole = (name: string): number => Number(text(name))
  const optional = (name: string): string | null => (text(name) === '' ? null : text(name))
  const secret = (name: string): Redacted.Redacted<string> | null =>
    text(name) === '' ? null : Redacted.make(text(name), { label: name })
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
