// LiveKit as the product's `LiveKit` service shows it: requests that are answered, refused, lost or late, over
// egresses that live on whatever became of the answer.

import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { type EgressView, isTerminal } from '../../src/domain/egress.ts'
import type { LiveKit, LiveKitError, StartEgress } from '../../src/egress/livekit.ts'
import type { VirtualTime } from '../simulation/virtual-time.ts'
import { Agenda } from './agenda.ts'
import { Job } from './fake-job.ts'
import {
  type About,
  type Answer,
  failed,
  type ListMood,
  refused,
  type Refusal,
  type StartMood,
  type StopMood,
  TIMES,
} from './moods.ts'
import { type Ingest, type IngestMood, keyOf, type LaunchMood, redact } from './surroundings.ts'
import type { Call, CallKind } from './truth.ts'
import { WebhookQueue } from './webhook-queue.ts'

export class FakeLiveKit {
  start: StartMood = 'ok'
  list: ListMood = 'ok'
  stop: StopMood = 'ok'
  launch: LaunchMood = 'ok'
  endingMs = 200
  /** Starts of one stream key fare differently, the others as `start` says. */
  readonly startOf = new Map<string, StartMood>()
  /** How the next ones fare, before anything else is asked. */
  readonly nextStarts: StartMood[] = []
  readonly nextLaunches: LaunchMood[] = []
  /** LiveKit rooms in which nobody is. */
  readonly empty = new Set<string>()
  readonly jobs: Job[] = []
  readonly calls: Call[] = []
  /** Starts that nobody waits for and that will be carried out. */
  underWay = 0
  readonly agenda: Agenda
  readonly webhooks: WebhookQueue
  readonly #time: VirtualTime
  readonly #ingests = new Map<string, Ingest>()
  /** Whom LiveKit does not know any more. */
  readonly #forgotten = new Set<string>()
  readonly #epoch: number
  #boot = 0
  #stamp = 0n

  constructor(time: VirtualTime, random: () => number) {
    this.#time = time
    this.#epoch = time.wall - Math.floor(time.ms)
    this.agenda = new Agenda(time)
    this.webhooks = new WebhookQueue(this.agenda, random)
  }

  ingest(key: string): Ingest {
    const known = this.#ingests.get(key) ?? { mood: 'accept', turnedAway: 0 }
    this.#ingests.set(key, known)
    return known
  }

  /** What publishes or is about to, by LiveKit's own count. */
  get running(): readonly Job[] {
    return this.jobs.filter((job) => !job.isOver)
  }

  runningOf(key: string): readonly Job[] {
    return this.running.filter((job) => job.key === key)
  }

  callsOf(kind: CallKind, key?: string): readonly Call[] {
    return this.calls.filter((call) => call.kind === kind && (key === undefined || call.key === key))
  }

  /** The ingest refuses from now on and breaks what it has. */
  breakIngest(key: string, mood: IngestMood): void {
    this.ingest(key).mood = mood
    for (const job of this.runningOf(key)) job.drop()
  }

  /** Everybody leaves; what renders the room ends. */
  emptyRoom(name: string): void {
    this.empty.add(name)
    for (const job of this.running) {
      if (job.roomName === name && !job.ghost) job.stop('End reason: Source closed')
    }
  }

  /** LiveKit lost all memory of it, and it is gone. */
  forget(job: Job): void {
    this.#forgotten.add(job.id)
    job.end('failed', 500, 'gone')
  }

  heal(): void {
    this.start = this.list = this.stop = this.launch = 'ok'
    this.endingMs = 200
    this.startOf.clear()
    this.nextStarts.length = this.nextLaunches.length = 0
    this.empty.clear()
    for (const ingest of this.#ingests.values()) ingest.mood = 'accept'
    this.webhooks.mood = 'ok'
  }

  /** The process died: nobody hears its answers, and what it asked for goes on. */
  rearm(): void {
    this.#boot = 0
    this.webhooks.receiver = null
    this.agenda.rearm()
  }

  wipe(): void {
    this.agenda.clear()
    this.underWay = this.jobs.length = this.calls.length = 0
    this.webhooks.sent.length = this.webhooks.held.length = 0
    this.#ingests.clear()
    this.heal()
  }

  /** The service for one process. */
  service(boot: number): LiveKit['Service'] {
    this.#boot = boot
    const ask = <A>(kind: CallKind, about: About, run: (call: Call, answer: Answer<A>) => void) =>
      this.#ask(boot, kind, about, run)
    return {
      configured: true,
      redact: (url) => redact(Redacted.value(url)),
      start: (request) => ask('start', request, (call, answer) => this.#start(request, call, answer)),
      listActive: (roomName) =>
        ask('list', { roomName }, (call, answer) =>
          this.#look(call, answer, () =>
            this.#known.filter(
              ({ status, roomName: of }) => !isTerminal(status) && (roomName === null || of === roomName),
            ),
          ),
        ),
      find: (egressId) =>
        ask('find', { egressId }, (call, answer) =>
          this.#look(call, answer, () => this.#known.find((view) => view.egressId === egressId) ?? null),
        ),
      stop: (egressId) => ask('stop', { egressId }, (call, answer) => this.#stop(egressId, call, answer)),
    }
  }

  get #known(): readonly EgressView[] {
    return this.jobs.filter(({ id }) => !this.#forgotten.has(id)).map(({ info }) => info)
  }

  #ask<A>(
    boot: number,
    kind: CallKind,
    about: About,
    run: (call: Call, answer: Answer<A>) => void,
  ): Effect.Effect<A, LiveKitError> {
    return Effect.callback((resume) => {
      const key = about.streamUrl === undefined ? null : keyOf(Redacted.value(about.streamUrl))
      const call: Call = {
        kind,
        atMs: this.#time.ms,
        boot,
        mood: this.#moodOf(kind, key),
        key,
        roomName: about.roomName ?? null,
        egressId: about.egressId ?? null,
        heardMs: null,
        heard: null,
      }
      this.calls.push(call)
      let isHeard = false
      const answer: Answer<A> = (effect) => {
        if (isHeard || boot !== this.#boot) return
        isHeard = true
        call.heardMs = this.#time.ms
        const hear = (heard: string) => Effect.sync(() => void (call.heard = heard))
        resume(Effect.tapError(effect, ({ code }) => hear(code)).pipe(Effect.tap(() => hear('ok'))))
      }
      run(call, answer)
      this.agenda.after(TIMES.clientLimitMs, () => answer(failed('timeout', true)))
      return Effect.sync(() => {
        isHeard = true
      })
    })
  }

  #moodOf(kind: CallKind, key: string | null): StartMood | ListMood | StopMood {
    if (kind === 'stop') return this.stop
    if (kind !== 'start') return this.list
    return this.nextStarts.shift() ?? this.startOf.get(key ?? '') ?? this.start
  }

  #start(request: StartEgress, call: Call, answer: Answer<EgressView>): void {
    const url = Redacted.value(request.streamUrl)
    const make = (): Effect.Effect<EgressView, LiveKitError> => {
      if (this.empty.has(request.roomName)) return failed('room_not_found')
      const id = `EG_${this.jobs.length + 1}`
      const job = new Job(
        this.#surroundings,
        id,
        request.roomName,
        url,
        this.nextLaunches.shift() ?? this.launch,
      )
      this.jobs.push(job)
      call.egressId = id
      return Effect.succeed(job.info)
    }
    const after = (ms: number, what: () => void): void => void this.agenda.after(ms, what)
    switch (call.mood as StartMood) {
      case 'ok':
        return after(TIMES.answerMs / 2, () => {
          const made = make()
          after(TIMES.answerMs / 2, () => answer(made))
        })
      case 'lost_done':
        after(TIMES.answerMs / 2, make)
        return after(TIMES.answerMs * 2, () => answer(failed('unreachable', true)))
      case 'lost_undone':
        return after(TIMES.answerMs * 2, () => answer(failed('unreachable', true)))
      case 'slow':
        return after(TIMES.answerMs, () => {
          const made = make()
          after(TIMES.slowMs, () => answer(made))
        })
      case 'late':
      case 'very_late':
        this.underWay += 1
        after(TIMES.lateMs[call.mood as 'late' | 'very_late'], make)
        return after(TIMES.lateMs[call.mood as 'late' | 'very_late'], () => void (this.underWay -= 1))
      case 'hanging':
        return
      default:
        return after(TIMES.answerMs, () => answer(refused(call.mood as Refusal)))
    }
  }

  #look<A>(call: Call, answer: Answer<A>, take: () => A): void {
    const mood = call.mood as ListMood
    if (mood === 'hanging') return
    if (mood !== 'ok' && mood !== 'stale') {
      const code = mood === 'incomplete' ? 'bad_answer' : mood
      this.agenda.after(TIMES.answerMs, () => answer(failed(code)))
      return
    }
    this.agenda.after(TIMES.answerMs / 2, () => {
      const taken = take()
      this.agenda.after(mood === 'stale' ? TIMES.staleMs : TIMES.answerMs / 2, () =>
        answer(Effect.succeed(taken)),
      )
    })
  }

  #stop(egressId: string, call: Call, answer: Answer<EgressView>): void {
    const mood = call.mood as StopMood
    if (mood === 'hanging') return
    if (mood !== 'ok' && mood !== 'lost_done') {
      this.agenda.after(TIMES.answerMs, () => answer(failed(mood)))
      return
    }
    this.agenda.after(TIMES.answerMs / 2, () => {
      const stopped = this.#end(egressId)
      const heard = mood === 'ok' ? stopped : failed('unreachable', true)
      this.agenda.after(TIMES.answerMs / 2, () => answer(heard))
    })
  }

  #end(egressId: string): Effect.Effect<EgressView, LiveKitError> {
    const job = this.jobs.find(({ id }) => id === egressId)
    if (job === undefined || this.#forgotten.has(egressId)) return failed('not_found')
    if (job.ghost) return failed('no_response')
    if (job.isOver || isTerminal(job.info.status)) return failed('precondition')
    job.stop()
    const status = job.status === 'starting' ? 'starting' : 'ending'
    return Effect.succeed({ ...job.info, status, updatedAtNs: this.#nowNs() })
  }

  #wall(): number {
    return this.#epoch + Math.floor(this.#time.ms)
  }

  #nowNs(): bigint {
    return BigInt(this.#wall()) * 1_000_000n + (this.#stamp++ % 1_000_000n)
  }

  get #surroundings() {
    return {
      time: this.#time,
      agenda: this.agenda,
      ingest: (key: string) => this.ingest(key),
      redact,
      wall: () => this.#wall(),
      nowNs: () => this.#nowNs(),
      tell: this.webhooks.tell,
      endingMs: () => this.endingMs,
    }
  }
}
