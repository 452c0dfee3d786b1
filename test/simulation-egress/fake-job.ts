// One egress of the simulated LiveKit: what really happens to it, and what LiveKit says of it, which is less.
// It fails fast in its first seconds, reconnects by itself for half a minute later without telling when it succeeds,
// and a killed node leaves it ACTIVE in the lists for ever.

import type { EgressView, LiveKitStatus } from '../../src/domain/egress.ts'
import { keyOf, type LaunchMood, type Span, type Surroundings } from './surroundings.ts'

const STARTING_MS = 250
const CONNECTING_MS = 120
const REJECTED_MS = 300
const REFUSED_MS = 350
const KICKED_MS = 1_500
/** What breaks sooner than this is not tried again by LiveKit. */
const PROGRESS_MS = 5_000
const RECONNECT_FOR_MS = 30_000
const RECONNECT_EVERY_MS = 700
const RETRY_TOLD_EVERY_MS = 60_000
/** Changes in less than this are told as one. */
const COALESCED_MS = 15

export class Job {
  readonly id: string
  readonly roomName: string
  readonly url: string
  readonly key: string
  readonly createdMs: number
  /** When it truly ended; a ghost never ends by itself. */
  endedMs: number | null = null
  /** Its node was killed: nothing of it runs, and LiveKit does not know. */
  ghost = false
  /** When it truly published. */
  readonly published: Span[] = []
  status: LiveKitStatus = 'starting'
  /** What LiveKit says of it: the last that was pushed. */
  info: EgressView
  readonly #world: Surroundings
  readonly launch: LaunchMood
  #startedAt: number | null = null
  #endedAt: number | null = null
  #errorCode = 0
  #error: string | null = null
  #details: string | null = null
  #streamStatus: 'active' | 'finished' | 'failed' = 'active'
  #streamStartedAt: number | null = null
  #lastRetryAt: number | null = null
  #retries = 0
  #retryToldMs = -Infinity
  #progressed = false
  #lostMs: number | null = null
  #pushing = false
  /** Its node has what it needs from now on. */
  isSpared = false
  #isPresent = false
  readonly #pending = new Set<() => void>()

  constructor(world: Surroundings, id: string, roomName: string, url: string, launch: LaunchMood) {
    this.#world = world
    this.id = id
    this.launch = launch
    this.roomName = roomName
    this.url = url
    this.key = keyOf(url)
    this.createdMs = world.time.ms
    this.info = this.#view()
    world.tell('egress_started', this.info)
    if (launch === 'ok') this.#after(STARTING_MS, () => this.#begin())
    if (launch === 'stuck') this.#after(STARTING_MS, () => this.#activate())
    if (launch === 'pipeline') this.#after(150, () => this.end('failed', 500, 'pipeline could not be built'))
    if (launch === 'cpu') {
      this.#after(12_000, () => {
        if (!this.isSpared) this.end('failed', 403, 'CPU exhausted', 'End reason: CPU exhausted')
      })
      this.#after(STARTING_MS, () => this.#begin())
    }
    if (launch === 'aborted') this.#after(2_000, () => this.end('aborted', 412, 'Start signal not received'))
  }

  /** Wall clock, as LiveKit tells it. */
  get endedAt(): number | null {
    return this.#endedAt
  }

  get isOver(): boolean {
    return this.endedMs !== null
  }

  get isPublishing(): boolean {
    return this.published.at(-1)?.toMs === null
  }

  /** The ingest, or the network before it, breaks the connection. */
  drop(): void {
    if (this.status === 'active' && this.isPublishing)
      this.#after(15, () => this.#lost('connection closed remotely'))
  }

  /** Nothing moves any more and LiveKit says nothing; `detectMs` later it fails, or never. */
  wedge(detectMs: number | null): boolean {
    if (this.status !== 'active' || !this.isPublishing) return false
    this.#silence()
    this.#still()
    if (detectMs !== null) this.#after(detectMs, () => this.#fail('Socket I/O timed out'))
    return true
  }

  /** Its node is killed. */
  die(): boolean {
    if (this.isOver || this.ghost) return false
    this.ghost = true
    this.#silence()
    this.#still()
    this.#leave()
    return true
  }

  /** LiveKit's time limit. */
  limit(): boolean {
    if (this.isOver || this.ghost) return false
    this.end('limit_reached', 413, null, 'End reason: Session limit reached')
    return true
  }

  /** Asked by anybody to end. */
  stop(details = 'End reason: StopEgress API'): void {
    if (this.status === 'ending') return
    const wasStarting = this.status === 'starting'
    this.#silence()
    if (wasStarting) {
      this.#after(30, () => this.end('aborted', 412, 'Stop called before pipeline could start', details))
      return
    }
    this.status = 'ending'
    this.#change()
    this.#after(this.#world.endingMs(), () => this.end('complete', 0, null, details))
  }

  end(
    status: LiveKitStatus,
    errorCode = 0,
    error: string | null = null,
    details: string | null = null,
  ): void {
    if (this.isOver) return
    this.#silence()
    this.#still()
    this.#leave()
    this.status = status
    this.endedMs = this.#world.time.ms
    this.#endedAt = this.#world.wall()
    this.#errorCode = errorCode
    this.#error = error
    this.#details = details
    if (this.#streamStatus === 'active') this.#streamStatus = 'finished'
    this.#change()
  }

  #begin(): void {
    this.#activate()
    this.#connect()
  }

  /** Whoever renders the room is a participant of it. */
  #join(): void {
    this.#isPresent = true
    this.#world.tell('participant_joined', this.info, true)
  }

  #leave(): void {
    if (!this.#isPresent) return
    this.#isPresent = false
    this.#world.tell('participant_left', this.info, false)
  }

  #activate(): void {
    this.#join()
    this.status = 'active'
    this.#startedAt = this.#world.wall()
    this.#change()
  }

  #connect(): void {
    const ingest = this.#world.ingest(this.key)
    if (ingest.mood !== 'accept') ingest.turnedAway += 1
    switch (ingest.mood) {
      case 'refuse':
        return this.#after(REFUSED_MS, () => this.#lost('Connection refused'))
      case 'hang':
        return this.#after(RECONNECT_FOR_MS, () => this.#lost('Socket I/O timed out'))
      case 'reject':
        return this.#after(CONNECTING_MS, () => {
          // It counts as started when the stream is created, which is before publishing is accepted.
          this.#streamBegan()
          this.#after(REJECTED_MS, () => this.#lost("'publish' cmd failed: connection closed remotely"))
        })
      case 'kick':
      case 'accept':
        return this.#after(CONNECTING_MS, () => {
          this.#streamBegan()
          this.published.push({ fromMs: this.#world.time.ms, toMs: null })
          if (ingest.mood === 'kick') {
            this.#after(KICKED_MS, () => this.#lost('connection closed remotely'))
          } else {
            this.#after(PROGRESS_MS, () => {
              this.#progressed = true
              this.#lostMs = null
            })
          }
        })
    }
  }

  #streamBegan(): void {
    if (this.#streamStartedAt !== null) return
    this.#streamStartedAt = this.#world.wall()
    this.#change()
  }

  #lost(error: string): void {
    const { time } = this.#world
    this.#silence()
    this.#still()
    if (!this.#progressed) return this.#fail(error)
    this.#lostMs ??= time.ms
    if (time.ms - this.#lostMs >= RECONNECT_FOR_MS) return this.#fail(error)
    this.#retries += 1
    this.#lastRetryAt = this.#world.wall()
    if (time.ms - this.#retryToldMs >= RETRY_TOLD_EVERY_MS) {
      this.#retryToldMs = time.ms
      this.#change()
    }
    this.#after(RECONNECT_EVERY_MS, () => this.#connect())
  }

  #fail(error: string): void {
    this.#streamStatus = 'failed'
    this.#error = error
    this.end('failed', 503, error, 'End reason: Failure')
  }

  #still(): void {
    const last = this.published.at(-1)
    if (last !== undefined) last.toMs ??= this.#world.time.ms
  }

  #change(): void {
    if (this.#pushing) return
    this.#pushing = true
    this.#world.agenda.after(COALESCED_MS, () => {
      this.#pushing = false
      // What a killed node had not told, nobody hears.
      if (this.ghost && !this.isOver) return
      this.info = this.#view()
      this.#world.tell(this.isOver ? 'egress_ended' : 'egress_updated', this.info)
    })
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.#world.agenda.after(ms, () => {
      this.#pending.delete(cancel)
      run()
    })
    this.#pending.add(cancel)
  }

  #silence(): void {
    for (const cancel of this.#pending) cancel()
    this.#pending.clear()
  }

  #view(): EgressView {
    return {
      egressId: this.id,
      roomName: this.roomName,
      status: this.status,
      updatedAtNs: this.#world.nowNs(),
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      errorCode: this.#errorCode,
      error: this.#error,
      details: this.#details,
      streams: [
        {
          redactedUrl: this.#world.redact(this.url),
          status: this.#streamStatus,
          startedAt: this.#streamStartedAt,
          lastRetryAt: this.#lastRetryAt,
          retries: this.#retries,
          error: this.#streamStatus === 'failed' ? this.#error : null,
        },
      ],
    }
  }
}
