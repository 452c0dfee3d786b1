// What the API answers about the server, as far as this page reads it.

export interface SignBudget {
  readonly perMinute: number
  readonly available: number
  readonly waiting: number
  readonly nextAt: number | null
  readonly keys: readonly {
    readonly key: string
    readonly used: number
    readonly coolingUntil: number | null
    readonly lastError: string | null
  }[]
}

export interface Settings {
  readonly autoMonitorEnabled: boolean
  readonly watchIntervalMs: number
  readonly heartbeatIntervalMs: number
  readonly silenceTimeoutMs: number
  readonly resumeWindowMs: number
  readonly drainTimeoutMs: number
  readonly cooldownMs: number
  readonly manualCooldownMs: number
  readonly signRequestsPerMinute: number
}

export interface System {
  readonly version: string
  readonly node: string
  readonly startedAt: number
  readonly ready: boolean
  readonly reasons: readonly string[]
  readonly rooms: Readonly<Record<string, number>>
  readonly eventsPerSecond: number
  readonly signBudget: SignBudget
  readonly writer: {
    readonly queuedBytes: number
    readonly queuedFrames: number
    readonly oldestMs: number
    readonly lastError: { readonly at: number; readonly kind: string } | null
    readonly failing: boolean
    readonly ackP50Ms: number
    readonly ackP99Ms: number
    readonly commits: number
    readonly rows: number
    readonly walAlarm: boolean
    readonly dbStallMs: number
  }
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly memory: { readonly rss: number; readonly heapUsed: number }
  readonly streams: { readonly open: number; readonly max: number }
  readonly storage: {
    readonly databaseBytes: number | null
    readonly walBytes: number
    readonly diskFreeBytes: number | null
    readonly diskBytes: number | null
    readonly assets: { readonly kind: 'folder' | 's3'; readonly uploadMaxBytes: number } | null
  }
  readonly livekit: { readonly configured: boolean }
  readonly signApi: string | null
  readonly settings: { readonly now: Settings; readonly defaults: Settings | null }
}

export interface Sweep {
  readonly id: number
  readonly state: 'running' | 'done' | 'partial' | 'braked' | 'aborted'
  readonly dryRun: boolean
  readonly code: string | null
  readonly startedAt: number
  readonly endedAt: number | null
  readonly requests: number
  readonly looked: number
  readonly missing: number
  readonly suspect: number
  readonly found: number
  readonly altered: number
  readonly failed: number
}

export interface Import {
  readonly id: number
  readonly state: 'receiving' | 'running' | 'done' | 'failed'
  readonly dry_run: boolean
  readonly keys: number
  readonly looked: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly error_code: string | null
  readonly started_at: number
  readonly ended_at: number | null
}

export interface Webhook {
  readonly id: string
  readonly name: string | null
  readonly url: string
  readonly facts: readonly string[]
  readonly rooms: readonly string[] | null
  readonly state: 'ready' | 'retrying' | 'disabled'
  readonly disabledReason: 'operator' | 'gone' | 'failing' | 'letters_full' | 'secret_unreadable' | null
  readonly behind: number
  readonly attempts: number
  readonly nextAt: number | null
  readonly lastAttemptAt: number | null
  readonly lastStatus: number | null
  readonly lastError: { readonly code: string; readonly says: string } | null
  readonly lastDeliveredAt: number | null
  readonly delivered: number
  readonly deadLetters: number
}

export interface MadeWebhook extends Webhook {
  readonly secret: string
}

export interface Tested {
  readonly delivered: boolean
  readonly status: number | null
  readonly code: string | null
  readonly says: string | null
  readonly tookMs: number
}

export interface Token {
  readonly id: string
  readonly scope: 'operator' | 'owner'
  readonly label: string | null
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly revokedAt: number | null
}

export interface LogRow {
  readonly id: number
  readonly at: number
  readonly kind: 'repair' | 'merge' | 'prune' | 'boot'
  readonly dryRun: boolean
  readonly actor: string
  readonly result: unknown
}
