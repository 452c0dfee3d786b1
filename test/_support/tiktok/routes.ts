// Which route of TikTok's hosts or of the sign server a request means, and whose page it asks for.

import type { IncomingMessage } from 'node:http'
import type { Creator } from './creator.ts'
import type { Route } from './faults.ts'

/** One request as the stand-in saw it. */
export interface Asked {
  readonly at: number
  readonly route: Route | 'unknown'
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Whose page it is, where the request says so. */
  readonly handle: string | null
  /** The broadcast it names, where it names one. */
  readonly roomId: string | null
  /** The sign server's API key, where one was sent. */
  readonly key: string | null
  /** The kind of the fault that answered instead, or null. */
  fault: string | null
}

export interface Target {
  readonly route: Asked['route']
  readonly creator: Creator | null
  readonly handle: string | null
  readonly roomId: string | null
}

export interface Directory {
  readonly byHandle: (handle: string) => Creator | null
  readonly byBroadcast: (broadcastId: string) => Creator | null
}

/** The socket's path, as in the push server's address. */
export const SOCKET_PATH = '/webcast/im/ws_proxy/ws_reuse_supplement/'

const BY_HANDLE: readonly (readonly [Route, RegExp])[] = [
  ['html', /^\/@([^/]+)\/live\/?$/],
  ['room_id', /^\/webcast\/anchors\/([^/]+)\/room_id$/],
]

const nobody = (route: Asked['route']): Target => ({ route, creator: null, handle: null, roomId: null })

export const findTarget = (directory: Directory, url: URL): Target => {
  const path = decodeURIComponent(url.pathname)
  const byHandle = (route: Route, handle: string): Target => ({
    route,
    handle,
    roomId: null,
    creator: directory.byHandle(handle),
  })
  const byRoom = (route: Route, roomId: string): Target => {
    const creator = directory.byBroadcast(roomId)
    return { route, creator, handle: creator?.handle ?? null, roomId }
  }
  for (const [route, pattern] of BY_HANDLE) {
    const found = pattern.exec(path)
    if (found !== null) return byHandle(route, found[1] ?? '')
  }
  const connect = /^\/webcast\/rooms\/([^/]+)\/connect$/.exec(path)
  if (connect !== null) return byRoom('sign', connect[1] ?? '')
  switch (path) {
    case '/api-live/user/room/':
      return byHandle('api', url.searchParams.get('uniqueId') ?? '')
    case '/webcast/room/info/':
      return byRoom('room_info', url.searchParams.get('room_id') ?? '')
    case '/webcast/gift/list/':
      return byRoom('gift_list', url.searchParams.get('room_id') ?? '')
    case '/tiktok/sign_url':
      return nobody('sign_url')
    case '/webcast/rate_limits':
      return nobody('rate_limits')
    case SOCKET_PATH:
      return byRoom('socket', url.searchParams.get('room_id') ?? '')
    default:
      return nobody('unknown')
  }
}

const one = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null

export const askedOf = (request: IncomingMessage, url: URL, target: Target): Asked => ({
  at: Date.now(),
  route: target.route,
  method: request.method ?? 'GET',
  path: url.pathname,
  query: url.searchParams,
  headers: request.headers,
  handle: target.handle,
  roomId: target.roomId,
  key: one(request.headers['x-api-key']) ?? url.searchParams.get('apiKey'),
  fault: null,
})
