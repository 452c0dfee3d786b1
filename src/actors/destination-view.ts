// What a destination is when its row, the platform's preset and the server's default are put together. Pure but
// for opening the key; it reads and writes nothing.

import * as Redacted from 'effect/Redacted'
import type { DestinationRow } from '../db/destinations.ts'
import { keyAad } from '../db/destinations.ts'
import { type KeyRing, unseal } from '../db/seal.ts'
import { DEFAULT_SOURCE, keyLast4, presetFor } from '../domain/destination-rules.ts'
import type { Destination, KnownPlatform, ShownDestination } from '../domain/destination.ts'
import { defaultEncoding } from '../domain/encoding-presets.ts'

type Key = Redacted.Redacted<string>

/** The environment's destinations, for rooms without their own. */
export type DestinationDefaults = Readonly<
  Record<KnownPlatform, { readonly url: string | null; readonly key: Key | null }>
>

/** A destination, and what its key is like. */
export interface Found {
  readonly destination: Destination
  readonly keyState: ShownDestination['keyState']
  readonly keyLast4: string | null
}

const defaultFor = (defaults: DestinationDefaults, platform: string) =>
  platform === 'youtube' || platform === 'twitch' ? defaults[platform] : null

/** Where the platform takes a stream when the room does not say; null for one that has no preset. */
export const defaultUrl = (defaults: DestinationDefaults, platform: string): string | null =>
  (defaultFor(defaults, platform)?.url ?? presetFor(platform)?.url ?? null)?.replace(/\/+$/, '') ?? null

export const makeFind =
  (keys: KeyRing, defaults: DestinationDefaults) =>
  (roomId: string, platform: string, row: DestinationRow | null): Found | null => {
    const theirs = defaultFor(defaults, platform)
    const usual = defaultUrl(defaults, platform)
    const url = row?.url ?? usual
    const lentKey = theirs?.key ?? null
    const sealed = row?.keySealed ?? null
    if (url === null || (row === null && lentKey === null && (theirs?.url ?? null) === null)) return null
    const opened = sealed === null ? null : unseal(keys, keyAad(roomId, platform), sealed)
    // The server's own key goes to the server's own address and nowhere else.
    const lent = sealed === null && url === usual ? lentKey : null
    const key = opened === null ? lent : Redacted.make(opened, { label: 'stream key' })
    return {
      destination: {
        roomId,
        platform,
        url,
        key,
        source: row?.source ?? DEFAULT_SOURCE,
        encoding: row?.encoding ?? defaultEncoding(platform),
        origin: row === null ? 'environment' : 'room',
        updatedAt: row?.updatedAt ?? 0,
      },
      keyState: key !== null ? 'set' : sealed === null ? 'missing' : 'unreadable',
      // Of the server's own key a room's owner is shown nothing.
      keyLast4: opened === null ? null : keyLast4(opened),
    }
  }

export const shown = ({ destination, keyState, keyLast4 }: Found): ShownDestination => {
  const { platform, url, source, encoding, origin, updatedAt } = destination
  return {
    platform,
    url,
    keySet: keyState === 'set',
    keyState,
    keyLast4,
    source,
    encoding,
    origin,
    updatedAt,
  }
}
