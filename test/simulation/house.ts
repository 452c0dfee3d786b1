// A whole simulated machine: the product's rooms over a disk, a TikTok and a clock that the test holds in its
// hands. The process can be booted, killed and asked to leave; the disk and TikTok outlive it.

import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Layer from 'effect/Layer'
import * as Scope from 'effect/Scope'
import { type Caller, Rooms } from '../../src/actors/rooms.ts'
import { roomsLive } from '../../src/actors/rooms-live.ts'
import type { Tuning } from '../../src/actors/tuning.ts'
import { Recorder } from '../../src/archive/recorder.ts'
import { Database } from '../../src/db/database.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { signBudget, type SignBudgetOptions } from '../../src/tiktok/sign-budget.ts'
import { TikTok } from '../../src/tiktok/tiktok.ts'
import { FakeDisk } from './fake-disk.ts'
import { makeRecorder } from './fake-recorder.ts'
import { FakeTikTok } from './fake-tiktok.ts'
import { randomOf, VirtualTime } from './virtual-time.ts'

export const SETTINGS: Settings = {
  autoMonitorEnabled: true,
  watchIntervalMs: 10_000,
  heartbeatIntervalMs: 10_000,
  silenceTimeoutMs: 30_000,
  resumeWindowMs: 15_000,
  drainTimeoutMs: 1_500,
  cooldownMs: 5_000,
  manualCooldownMs: 900_000,
  signRequestsPerMinute: 6_000,
}

export const OPERATOR: Caller = { actor: 'operator', ip: null }

export interface HouseOptions {
  readonly seed?: number
  readonly settings?: Partial<Settings>
  readonly tuning?: Partial<Tuning>
  readonly budget?: Partial<SignBudgetOptions>
}

/** Longer than a command and its repetitions take, or an urgent look. */
const SETTLING_MS = 300

/** More virtual time than any boot or goodbye may take. */
const PATIENCE_MS = 60_000

export class House {
  readonly time = new VirtualTime()
  readonly disk: FakeDisk
  readonly tiktok: FakeTikTok
  boots = 0
  /** Broadcasts that began. */
  broadcasts = 0
  readonly #options: HouseOptions
  #random: () => number
  #context: Context.Context<never> | null = null
  #rooms: Rooms['Service'] | null = null

  constructor(options: HouseOptions = {}) {
    this.#options = options
    this.#random = randomOf(options.seed ?? 1)
    this.disk = new FakeDisk(this.time)
    this.tiktok = new FakeTikTok(this.time)
  }

  /** Chance begins anew. */
  seed(seed: number): void {
    this.#random = randomOf(seed)
  }

  get rooms(): Rooms['Service'] {
    if (this.#rooms === null) throw new Error('the process does not run')
    return this.#rooms
  }

  get manualCooldownMs(): number {
    return this.#options.settings?.manualCooldownMs ?? SETTINGS.manualCooldownMs
  }

  /** Actors that failed and were started again, over all processes. */
  get restarts(): number {
    return this.tiktok.died
  }

  get isUp(): boolean {
    return this.#rooms !== null
  }

  /** A room on disk before the process starts. */
  furnish(id: string, handle: string, monitor = true): void {
    const at = this.time.wall
    this.disk.change(
      'INSERT INTO rooms (id, handle, monitor, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
      [id, handle, monitor ? 1 : 0, at, at],
    )
  }

  /** A room that an operator adds now. Answers its id. */
  admit(handle: string): string {
    const added = this.run(
      this.rooms.add({ handle, displayName: null, monitor: true, proxyUrl: null }, OPERATOR),
    )
    if (Exit.isFailure(added)) throw new Error(`no room was added: ${String(added.cause)}`)
    return added.value.status.id
  }

  /** By commands alone, the room is watched again, and nothing is left of what happened to it. */
  renew(room: string): void {
    const { rooms } = this
    // Commands that are still on their way arrive first.
    this.time.advance(SETTLING_MS)
    if (!rooms.settings().autoMonitorEnabled) {
      this.run(rooms.changeSettings({ autoMonitorEnabled: true }, OPERATOR))
    }
    if (rooms.find(room)?.state === 'quarantined') this.run(rooms.release(room, OPERATOR))
    if (rooms.find(room)?.monitor === false) this.run(rooms.change(room, { monitor: true }, OPERATOR))
    if (rooms.find(room)?.state === 'cooldown') {
      this.run(rooms.start(room, { force: true, wait: false }, OPERATOR))
    }
    this.time.advance(SETTLING_MS)
    if (rooms.find(room)?.state !== 'watching') throw new Error('the room could not be renewed')
    this.disk.wipe()
    this.tiktok.wipe()
    this.boots = 1
  }

  /** No session is open and none is about to be. */
  isAtRest(room: string): boolean {
    const state = this.rooms.find(room)?.state ?? 'off'
    const resting = ['off', 'watching', 'cooldown', 'quarantined'].includes(state)
    return resting && [...this.disk.spans.values()].every(({ archivedMs }) => archivedMs !== null)
  }

  start<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    if (this.#context === null) throw new Error('the process does not run')
    return Effect.runForkWith(this.#context)(effect)
  }

  /** Runs it while time passes, and gives its outcome. */
  run<A, E>(effect: Effect.Effect<A, E>): Exit.Exit<A, E> {
    const fiber = this.start(effect)
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

  boot(): void {
    this.boots += 1
    const { settings, tuning, budget } = this.#options
    this.#context = this.time.context(() => this.#random())
    const services = Context.make(Database, this.disk.database).pipe(
      Context.add(Recorder, makeRecorder(this.disk, this.time)),
      Context.add(TikTok, this.tiktok.service),
    )
    const perMinute = settings?.signRequestsPerMinute ?? SETTINGS.signRequestsPerMinute
    const layer = roomsLive({
      defaults: { ...SETTINGS, ...settings },
      keys: { keys: new Map() },
      ...(tuning !== undefined && { tuning }),
    }).pipe(
      Layer.provide(signBudget({ perMinute, keys: [], ...budget })),
      Layer.provide(Layer.succeedContext(services)),
    )
    const built = this.run(Layer.buildWithScope(layer, Scope.makeUnsafe()))
    if (Exit.isFailure(built)) throw new Error(`the boot failed: ${String(built.cause)}`)
    this.#rooms = Context.get(built.value, Rooms)
    this.time.settle()
  }

  /** SIGKILL, or the power goes. */
  kill(): void {
    this.#rooms = null
    this.#context = null
    this.time.forget()
    this.disk.kill()
    this.tiktok.forget()
  }

  /** SIGTERM, and a second one when it should be quick; then the process is gone. */
  leave(limitMs = 10_000, twice = false): { readonly parked: number; readonly unfinished: number } {
    const first = this.start(this.rooms.letGo(limitMs))
    if (twice) this.start(this.rooms.letGo(limitMs))
    const exit = this.run(Fiber.join(first))
    this.kill()
    if (Exit.isFailure(exit)) throw new Error('leaving failed')
    return exit.value
  }

  close(): void {
    this.kill()
  }
}
