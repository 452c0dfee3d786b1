// A whole simulated machine that sends out: the product's `Live` over a disk, a LiveKit and a clock that the test
// holds in its hands. The process can be booted, killed and asked to leave; the disk and LiveKit outlive it.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Layer from 'effect/Layer'
import * as Scope from 'effect/Scope'
import { Destinations } from '../../src/actors/destinations.ts'
import { Live, type LiveStatus } from '../../src/actors/live.ts'
import { liveLive } from '../../src/actors/live-layer.ts'
import { type Caller, Rooms } from '../../src/actors/rooms.ts'
import { Database } from '../../src/db/database.ts'
import type { CommandRefused, DbError } from '../../src/domain/errors.ts'
import { LiveKit } from '../../src/egress/livekit.ts'
import { FakeDisk } from '../simulation/fake-disk.ts'
import { randomOf, VirtualTime } from '../simulation/virtual-time.ts'
import { FakeLiveKit } from './fake-livekit.ts'
import { makeDestinations, makeRooms, Town } from './town.ts'
import type { Commanded } from './truth.ts'

export const EGRESS = {
  backoffBaseMs: 1_000,
  backoffCapMs: 30_000,
  attemptsMax: 8,
  stableMs: 2_000,
  pollMs: 3_000,
} as const

export const OPERATOR: Caller = { actor: 'operator', ip: null }

/** More virtual time than any boot, command or goodbye may take. */
const PATIENCE_MS = 120_000

export class Studio {
  readonly time = new VirtualTime()
  readonly disk: FakeDisk
  readonly livekit: FakeLiveKit
  readonly town = new Town()
  readonly commanded: Commanded[] = []
  /** When each process began. */
  readonly bootedMs: number[] = []
  wasClockSet = false
  #random: () => number
  #worldRandom: () => number
  #context: Context.Context<never> | null = null
  #live: Live['Service'] | null = null

  constructor(seed = 1) {
    this.#random = randomOf(seed)
    this.#worldRandom = randomOf(seed + 1)
    this.disk = new FakeDisk(this.time)
    this.livekit = new FakeLiveKit(this.time, () => this.#worldRandom())
  }

  /** Chance begins anew. */
  seed(seed: number): void {
    this.#random = randomOf(seed)
    this.#worldRandom = randomOf(seed + 1)
  }

  /** The wall clock of the process's machine is set, not LiveKit's. */
  setClock(ms: number): void {
    this.wasClockSet = true
    this.time.jumpWall(ms)
  }

  get live(): Live['Service'] {
    if (this.#live === null) throw new Error('the process does not run')
    return this.#live
  }

  get isUp(): boolean {
    return this.#live !== null
  }

  get boots(): number {
    return this.bootedMs.length
  }

  /** A room on disk and in LiveKit, with a key for each platform. */
  furnish(id: string, handle = id): void {
    const at = this.time.wall
    this.town.add(id, handle)
    this.disk.change(
      'INSERT INTO rooms (id, handle, monitor, created_at, updated_at) VALUES (?, ?, 1, ?, ?)',
      [id, handle, at, at],
    )
  }

  fork<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    if (this.#context === null) throw new Error('the process does not run')
    return Effect.runForkWith(this.#context)(effect)
  }

  /** Runs it while time passes, and gives its outcome. */
  run<A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> {
    return this.outcome(this.fork(effect))
  }

  outcome<A, E>(fiber: Fiber.Fiber<A, E>): Exit.Exit<A, E> {
    this.time.settle()
    for (let waited = 0; waited < PATIENCE_MS;) {
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const ms = Math.max(1, Math.ceil(this.time.untilNext ?? PATIENCE_MS))
      this.time.advance(ms)
      waited += ms
    }
    throw new Error('an effect of the simulation did not end')
  }

  /** Presses a button; the outcome comes when it comes, and is noted. */
  command(
    kind: Commanded['kind'],
    roomId: string,
    platforms: readonly string[],
    force = false,
  ): Fiber.Fiber<LiveStatus, CommandRefused | DbError> {
    const noted: Commanded = {
      kind,
      roomId,
      platforms,
      force,
      issuedMs: this.time.ms,
      doneMs: null,
      outcome: null,
    }
    this.commanded.push(noted)
    const { live } = this
    const asked =
      kind === 'start'
        ? live.start(roomId, platforms, { force }, OPERATOR)
        : kind === 'stop'
          ? live.stop(roomId, platforms, OPERATOR)
          : live.retry(roomId, platforms[0] ?? '', OPERATOR)
    const done = (outcome: string) =>
      Effect.sync(() => {
        noted.doneMs = this.time.ms
        noted.outcome = outcome
      })
    return this.fork(
      asked.pipe(
        Effect.tap(() => done('ok')),
        Effect.tapError((error) => done('code' in error ? error.code : error.kind)),
      ),
    )
  }

  boot(): void {
    this.bootedMs.push(this.time.ms)
    this.#context = this.time.context(() => this.#random())
    const services = Context.make(Database, this.disk.database).pipe(
      Context.add(LiveKit, this.livekit.service(this.boots)),
      Context.add(Destinations, makeDestinations(this.town)),
      Context.add(Rooms, makeRooms(this.town)),
    )
    const layer = liveLive({ egress: EGRESS, webhookUrl: null }).pipe(
      Layer.provide(Layer.succeedContext(services)),
    )
    const built = this.run(Layer.buildWithScope(layer, Scope.makeUnsafe()))
    if (Exit.isFailure(built)) throw new Error(`the boot failed: ${String(built.cause)}`)
    const live = Context.get(built.value, Live)
    this.#live = live
    this.livekit.webhooks.receiver = ({ view, isPresent }) => {
      if (isPresent === null) live.observe(view, 'webhook')
      else live.notice(view.egressId, isPresent)
    }
    this.time.settle()
  }

  /** SIGKILL, or the power goes. */
  kill(): void {
    this.#live = null
    this.#context = null
    this.time.forget()
    this.disk.kill()
    this.livekit.rearm()
  }

  /** SIGTERM; then the process is gone. */
  leave(): { readonly running: number } {
    const exit = this.run(this.live.letGo)
    this.kill()
    if (Exit.isFailure(exit)) throw new Error('leaving failed')
    return exit.value
  }

  close(): void {
    this.kill()
    this.livekit.wipe()
  }
}
