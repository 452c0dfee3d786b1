// The only reader of the environment. It reports everything that is wrong at once, by name, never a value.
// Where the contract says so, what is missing has a default; what a secret holds is Redacted from here on.

import * as Redacted from 'effect/Redacted'
import type { Settings } from './domain/settings.ts'

/** What the process was started with. Durations in milliseconds, sizes in bytes. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string
  readonly databaseAuthToken: Redacted.Redacted<string> | null
  /** Null: made on first start and kept in `dataDir`. */
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
