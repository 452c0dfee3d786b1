// One lane a destination, made of how it is set up and how it goes: in which order they stand, what can be asked of
// each, and what a start of everything starts. Pure.

import type { Live, PlatformLive } from '../../api/types.ts'
import type { Destination } from './types.ts'

const FIRST: readonly string[] = ['youtube', 'twitch']

export interface Lane {
  readonly platform: string
  /** Null: nothing is set up, and a key can be given. */
  readonly destination: Destination | null
  /** Null: it was not sent out since the server started. */
  readonly view: PlatformLive | null
  readonly canStart: boolean
  /** Only with force, after a person said so. */
  readonly canForce: boolean
  readonly canStop: boolean
  readonly canRetry: boolean
  /** What is missing before it can be started. */
  readonly lacks: 'key' | null
}

const laneOf = (platform: string, destination: Destination | null, view: PlatformLive | null): Lane => {
  const lacks = destination?.key_state === 'set' ? null : 'key'
  const may = (command: string): boolean =>
    view === null ? command === 'start' : view.allowed.includes(command)
  const isSet = destination !== null && lacks === null
  return {
    platform,
    destination,
    view,
    canStart: isSet && may('start'),
    canForce: isSet && may('start?force'),
    canStop: may('stop'),
    canRetry: isSet && may('retry'),
    lacks,
  }
}

const OFF_AIR: readonly string[] = ['idle', 'stopped', 'failed']

/**
 * YouTube and Twitch always, then every other destination by its name. What was removed stays for as long as it is
 * still on air.
 */
export const lanesOf = (destinations: readonly Destination[], live: Live): readonly Lane[] => {
  const views = live.platforms
  const onAir = Object.entries(views).flatMap(([name, { state }]) => (OFF_AIR.includes(state) ? [] : [name]))
  const names = new Set([...FIRST, ...destinations.map(({ platform }) => platform), ...onAir])
  const others = [...names].filter((name) => !FIRST.includes(name)).sort()
  return [...FIRST, ...others].map((platform) =>
    laneOf(
      platform,
      destinations.find((one) => one.platform === platform) ?? null,
      Object.hasOwn(views, platform) ? (views[platform] ?? null) : null,
    ),
  )
}

/** What one start starts: everything that is set up and not on its way; what failed is tried again with it. */
export const startableOf = (lanes: readonly Lane[]): readonly string[] =>
  lanes.filter(({ canStart }) => canStart).map(({ platform }) => platform)

export const isOnAir = (lanes: readonly Lane[]): boolean => lanes.some(({ canStop }) => canStop)

/** Since when the room has been on air somewhere; null when it is not. */
export const liveSinceOf = (lanes: readonly Lane[]): number | null => {
  const times = lanes.flatMap(({ view }) => view?.live_since ?? [])
  return times.length === 0 ? null : Math.min(...times)
}
