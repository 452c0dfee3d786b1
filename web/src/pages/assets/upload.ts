// One file on its way: as one body, or in parts where the store takes them. It can be paused, goes on by itself after
// the connection broke off, and asks a person when the server needs a decision. Which uploads run is `uploads.ts`.

import { signal } from '@preact/signals'
import { problemOf, type ApiProblem } from '../../api/problem.ts'
import { serverNow } from '../../state/clock.ts'
import { abandon, contentPath, sendParts } from './in-parts.ts'
import { keyFor, numbered, typesFor, type AssetType } from './kinds.ts'
import { againMs, PART_BYTES, Speed } from './parts-plan.ts'
import { Aborted, send } from './send.ts'
import type { Asset } from './types.ts'

export type UploadState =
  | 'asks-type'
  | 'waiting'
  | 'sending'
  | 'checking'
  | 'again'
  | 'paused'
  | 'conflict'
  | 'done'
  | 'failed'
  | 'cancelled'

const ENDED: readonly UploadState[] = ['done', 'failed', 'cancelled']
/** Failures that another try may not have. */
const PASSING: readonly string[] = [
  'offline',
  'busy',
  'rate_limited',
  'upload_in_progress',
  'store_unavailable',
]
const TRIES = 12
/** A key with a number behind it is tried this often. */
const NUMBERS = 50

let nextId = 1

/** Known once an upload in parts was refused: then everything goes as one. */
export const store = { takesParts: true }

export class Upload {
  readonly id = nextId++
  readonly file: File
  readonly state = signal<UploadState>('waiting')
  readonly sentBytes = signal(0)
  readonly problem = signal<ApiProblem | null>(null)
  readonly asset = signal<Asset | null>(null)
  /** When it is tried again by itself. */
  readonly againAt = signal<number | null>(null)
  readonly type = signal<AssetType | null>(null)
  readonly wasResumed = signal(false)
  readonly speed = new Speed()
  readonly #roomId: string | null
  #key: string | null = null
  #replace = false
  #number = 1
  #abort = new AbortController()
  #failures = 0
  #wakeUp: (() => void) | null = null

  /** `replacing`: a new version of this asset instead of one of its own. */
  constructor(file: File, roomId: string | null, replacing: Asset | null = null) {
    this.file = file
    this.#roomId = roomId
    const types = replacing === null ? typesFor(file.name) : [replacing.type]
    if (replacing !== null) {
      this.#key = replacing.s3_key
      this.#replace = true
    }
    if (file.size === 0) this.state.value = 'failed'
    else if (types.length === 1) this.type.value = types[0] ?? null
    else if (types.length > 1) this.state.value = 'asks-type'
    else this.state.value = 'failed'
  }

  get key(): string {
    const { value: type } = this.type
    const key = this.#key ?? keyFor(type ?? 'scene', this.file.name, this.#roomId)
    return this.#number === 1 ? key : numbered(key, this.#number)
  }

  get isEnded(): boolean {
    return ENDED.includes(this.state.value)
  }

  /** True while bytes are, or soon will be, on their way. */
  get isActive(): boolean {
    return ['sending', 'checking', 'again'].includes(this.state.value)
  }

  chooseType(type: AssetType): void {
    this.type.value = type
    this.state.value = 'waiting'
  }

  pause(): void {
    if (this.isEnded || this.state.value === 'checking') return
    this.state.value = 'paused'
    this.#stop()
  }

  /** Also after a failure. */
  resume(): void {
    this.problem.value = null
    this.#failures = 0
    this.state.value = 'waiting'
  }

  replace(): void {
    this.#replace = true
    this.resume()
  }

  keepBoth(): void {
    this.#number = Math.min(NUMBERS, this.#number + 1)
    this.resume()
  }

  cancel(): void {
    const rested = !this.isActive
    this.state.value = 'cancelled'
    this.#stop()
    if (rested) abandon(this.file, this.key)
  }

  #stop(): void {
    this.#abort.abort()
    this.#wakeUp?.()
  }

  #progress = (bytes: number): void => {
    this.sentBytes.value = bytes
    this.speed.note(bytes, performance.now())
    if (bytes >= this.file.size && this.state.value === 'sending') this.state.value = 'checking'
  }

  async #once(signal: AbortSignal): Promise<Asset> {
    const { key, file } = this
    const type = this.type.value
    if (store.takesParts && file.size > 2 * PART_BYTES) {
      const asset = await sendParts({
        file,
        key,
        type,
        replace: this.#replace,
        signal,
        onProgress: this.#progress,
        onResumed: () => void (this.wasResumed.value = true),
        onComplete: () => void (this.state.value = 'checking'),
        isWanted: () => this.state.value !== 'cancelled',
      })
      if (asset !== null) return asset
      store.takesParts = false
    }
    const query = { key, type, size_bytes: file.size, ...(this.#replace && { replace: true }) }
    return send<Asset>({ path: contentPath, query, body: file, signal, onProgress: this.#progress })
  }

  /** Runs until it has ended, was paused, or needs a person. */
  async run(): Promise<void> {
    this.#abort = new AbortController()
    while (!this.isEnded && this.state.value !== 'paused') {
      this.state.value = 'sending'
      try {
        this.asset.value = await this.#once(this.#abort.signal)
        this.sentBytes.value = this.file.size
        this.state.value = 'done'
        return
      } catch (error) {
        if (error instanceof Aborted || this.#abort.signal.aborted) return
        if (!(await this.#mayGoOn(problemOf(error)))) return
      }
    }
  }

  async #mayGoOn(problem: ApiProblem): Promise<boolean> {
    this.problem.value = problem
    if (problem.code === 'key_conflict') {
      this.state.value = 'conflict'
      return false
    }
    this.#failures += 1
    if (!PASSING.includes(problem.code) || this.#failures > TRIES) {
      this.state.value = 'failed'
      return false
    }
    const ms = Math.max(problem.retryAfterMs ?? 0, againMs(this.#failures))
    this.againAt.value = serverNow() + ms
    this.state.value = 'again'
    await this.#rest(ms)
    this.againAt.value = null
    return this.state.value === 'again'
  }

  /** Ends early when the browser is online again, or when nobody wants to wait any more. */
  #rest(ms: number): Promise<void> {
    return new Promise((done) => {
      const wake = (): void => {
        clearTimeout(timer)
        removeEventListener('online', wake)
        this.#wakeUp = null
        done()
      }
      const timer = setTimeout(wake, ms)
      addEventListener('online', wake)
      this.#wakeUp = wake
    })
  }
}
