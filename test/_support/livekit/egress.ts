// One egress: its states, its streams, their failures and reconnects, and what LiveKit tells of all that.
// `info` is what it is; `stored` is what was told last, which is all that ListEgress knows.

import { EgressInfo, EgressStatus, StreamInfo_Status } from '@livekit/protocol'
import type { Engine } from './engine.ts'
import { finish, hangUp, makeStream, nanoseconds, type Stream } from './stream.ts'
import type { Times } from './times.ts'
import type { Life, Publication } from './truth.ts'

export interface EgressContext {
  readonly engine: Engine
  readonly times: Times
  readonly life: Life
  /** It was told: a webhook is due. */
  readonly tell: (egress: Egress, event: 'egress_started' | 'egress_updated' | 'egress_ended') => void
  /** Whether there is something to show: template and media sources wait for it. */
  readonly hasSource: () => boolean
  /** It left its room. */
  readonly onEnd: (egress: Egress) => void
}

const MOVES_BYTES = 4_096

export class Egress {
  readonly info: EgressInfo
  /** Outputs that are not streams: with one, it survives all its streams. */
  readonly files: number
  /** Stops answering StopEgress, as one whose node died. */
  isGhost = false
  /** Tells nothing any more, though it goes on. */
  isSilent = false
  stored: EgressInfo
  readonly #context: EgressContext
  readonly #timers = new Set<NodeJS.Timeout>()
  #streams: Stream[] = []

  constructor(context: EgressContext, info: EgressInfo, urls: readonly string[], files: number) {
    this.#context = context
    this.info = info
    this.files = files
    this.info.status = EgressStatus.EGRESS_STARTING
    for (const url of urls) this.#add(url)
    this.#note()
    this.stored = this.info.clone()
  }

  get id(): string {
    return this.info.egressId
  }

  get isOver(): boolean {
    return this.info.status >= EgressStatus.EGRESS_COMPLETE || this.#context.life.endedAt !== null
  }

  get urls(): readonly string[] {
    return this.#streams.map(({ url }) => url)
  }

  /** Every stream was seen to move by the monitor: from now on a drop is followed by a reconnect. */
  get isMoving(): boolean {
    return (
      this.#streams.length > 0 && this.#streams.every(({ moved, downSince }) => moved && downSince === null)
    )
  }

  begin(): void {
    this.#tell('egress_started')
    this.#after(this.#context.times.startupMs, () => this.#play())
    const watch = setInterval(() => this.#watch(), this.#context.times.monitorMs)
    watch.unref()
    this.#timers.add(watch)
  }

  /** What StopEgress does; the answer is `info` as it is then. */
  stop(reason = 'StopEgress API'): void {
    if (this.info.status === EgressStatus.EGRESS_STARTING) {
      this.abort('Stop called before pipeline could start')
      return
    }
    if (this.info.status !== EgressStatus.EGRESS_ACTIVE) return
    this.info.status = EgressStatus.EGRESS_ENDING
    this.info.details = `End reason: ${reason}`
    this.#tell('egress_updated')
    for (const stream of this.#streams) hangUp(stream)
    this.#after(this.#context.times.endMs, () => this.#end(EgressStatus.EGRESS_COMPLETE))
  }

  abort(text = 'Start signal not received'): void {
    this.#end(EgressStatus.EGRESS_ABORTED, { code: 412, error: text })
  }

  reachLimit(): void {
    this.info.details = 'End reason: Session limit reached'
    this.#end(EgressStatus.EGRESS_LIMIT_REACHED, { code: 413, error: 'Session limit reached' })
  }

  exhaustCpu(): void {
    this.info.details = 'End reason: CPU exhausted'
    this.#end(EgressStatus.EGRESS_FAILED, { code: 403, error: 'CPU exhausted' })
  }

  fail(error = 'pipeline frozen', code = 500): void {
    this.info.details = 'End reason: Failure'
    this.#end(EgressStatus.EGRESS_FAILED, { code, error })
  }

  /** Its node dies: nothing is sent any more, nothing is told, and it looks as it did for ever. It leaves its room. */
  kill(): void {
    this.isGhost = true
    this.#letGo()
    this.#context.onEnd(this)
  }

  add(url: string): void {
    const stream = this.#add(url)
    if (this.info.status === EgressStatus.EGRESS_ACTIVE) this.#connect(stream)
    this.#tell('egress_updated')
  }

  /** False when it has no such stream. */
  remove(url: string): boolean {
    const stream = this.#streams.find((one) => one.url === url)
    if (stream === undefined) return false
    hangUp(stream)
    this.#finish(stream, StreamInfo_Status.FINISHED)
    if (this.#outputs === 0) this.stop('All streams stopped')
    else this.#streamTold()
    return true
  }

  get #outputs(): number {
    return this.#streams.length + this.files
  }

  #add(url: string): Stream {
    const stream = makeStream(url)
    this.#streams.push(stream)
    this.info.streamResults.push(stream.info)
    return stream
  }

  #play(): void {
    if (this.info.status !== EgressStatus.EGRESS_STARTING) return
    if (!this.#context.hasSource()) {
      this.#after(this.#context.times.startupMs, () => this.#play())
      return
    }
    this.info.status = EgressStatus.EGRESS_ACTIVE
    this.info.startedAt = nanoseconds()
    this.#tell('egress_updated')
    for (const stream of this.#streams) this.#connect(stream)
  }

  #connect(stream: Stream): void {
    const publication: Publication = { url: stream.url, from: Date.now(), until: null }
    this.#context.life.publications.push(publication)
    stream.publication = publication
    stream.sentBefore = 0
    stream.movedAt = Date.now()
    stream.push = this.#context.engine.push(stream.url, {
      creating: () => {
        if (stream.info.startedAt !== 0n) return
        stream.info.startedAt = nanoseconds()
        this.#streamTold()
      },
      failed: (text) => this.#failed(stream, text),
    })
  }

  #failed(stream: Stream, text: string): void {
    if (this.info.status !== EgressStatus.EGRESS_ACTIVE || !this.#streams.includes(stream)) return
    hangUp(stream)
    const now = Date.now()
    stream.downSince ??= now
    if (!stream.moved || now - stream.downSince > this.#context.times.reconnectMs) {
      this.#give(stream, text)
      return
    }
    stream.info.retries += 1
    stream.info.lastRetryAt = nanoseconds()
    // The first is told at once, the others now and then; that it stands again is never told.
    if (now - stream.toldRetryAt > this.#context.times.retryToldMs) {
      stream.toldRetryAt = now
      this.#streamTold()
    }
    this.#after(this.#context.times.reconnectPauseMs, () => {
      if (this.info.status === EgressStatus.EGRESS_ACTIVE) this.#connect(stream)
    })
  }

  #give(stream: Stream, text: string): void {
    stream.info.error = text
    this.#finish(stream, StreamInfo_Status.FAILED)
    if (this.#outputs > 0) this.#streamTold()
    else {
      this.info.details = 'End reason: Failure'
      this.#end(EgressStatus.EGRESS_FAILED, { code: 503, error: text })
    }
  }

  #finish(stream: Stream, status: StreamInfo_Status): void {
    finish(stream, status)
    this.#streams = this.#streams.filter((other) => other !== stream)
  }

  /** The monitor: who moved, and who has not for so long that it must be dead. */
  #watch(): void {
    const now = Date.now()
    for (const stream of this.#streams) {
      if (stream.push === null) continue
      const sent = stream.push.sent()
      if (sent - stream.sentBefore > MOVES_BYTES) {
        stream.moved = true
        stream.downSince = null
        stream.movedAt = now
        stream.sentBefore = sent
      } else if (now - stream.movedAt > this.#context.times.reconnectMs) {
        this.#failed(stream, 'Connection error: Socket I/O timed out')
      }
    }
  }

  /** While any stream still connects, nothing is told of the others either. */
  #streamTold(): void {
    const connecting = this.#streams.some(({ info }) => info.startedAt === 0n)
    if (!connecting) this.#tell('egress_updated')
  }

  #tell(event: 'egress_started' | 'egress_updated' | 'egress_ended'): void {
    this.#note()
    if (this.isGhost || this.isSilent) return
    this.stored = this.info.clone()
    this.#context.tell(this, event)
  }

  #note(): void {
    this.info.updatedAt = nanoseconds()
    const { statuses } = this.#context.life
    const status = EgressStatus[this.info.status]
    if (statuses.at(-1)?.status !== status) statuses.push({ at: Date.now(), status })
  }

  #end(status: EgressStatus, failure?: { readonly code: number; readonly error: string }): void {
    if (this.isOver) return
    for (const stream of this.#streams) {
      hangUp(stream)
      this.#finish(stream, StreamInfo_Status.FINISHED)
    }
    this.info.status = status
    this.info.endedAt = nanoseconds()
    this.info.error = failure?.error ?? ''
    this.info.errorCode = failure?.code ?? 0
    this.#letGo()
    this.#tell('egress_ended')
    this.#context.onEnd(this)
  }

  #letGo(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    for (const stream of this.#streams) hangUp(stream)
    this.#context.life.endedAt ??= Date.now()
  }

  /** Gone with the whole stand-in: told to nobody. */
  close(): void {
    this.isSilent = true
    this.#letGo()
  }

  #after(ms: number, then: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      then()
    }, ms)
    timer.unref()
    this.#timers.add(timer)
  }
}
