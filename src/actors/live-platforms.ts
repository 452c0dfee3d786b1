// What a platform says of itself beside what is sent to it: shown, told when it is news, and a reason for nothing.

import type { PlatformView } from '../domain/egress.ts'
import { factOf, type LiveWorld } from './live-world.ts'

const codesOf = (view: PlatformView | null): readonly string[] => view?.issues.map(({ code }) => code) ?? []

/** The order of the issues and the moment are no news. */
const newsOf = (view: PlatformView | null): string =>
  [view?.state ?? 'none', ...codesOf(view).toSorted()].join(' ')

/** Null: the platform is not asked about this destination any more. */
export const seePlatform = (
  world: LiveWorld,
  roomId: string,
  platform: string,
  view: PlatformView | null,
): void => {
  const outbound = world.outbounds.get(roomId)
  const sender = outbound?.senders.get(platform)
  if (outbound === undefined || sender === undefined) return
  const isNews = newsOf(sender.platformView) !== newsOf(view)
  sender.platformView = view
  if (!isNews) return
  const body = { platform, state: view?.state ?? null, issues: codesOf(view) }
  world.database.append(factOf(world, outbound, 'platform.changed', body))
}
