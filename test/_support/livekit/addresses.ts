// Addresses of streams as LiveKit reads and shows them: which it takes, and how it shortens the key in what it tells.

export interface Address {
  /** As it was given, with the key. */
  readonly url: string
  /** Host and port, or the platform of a short form (`twitch://KEY`). */
  readonly host: string
  readonly app: string
  readonly key: string
}

const RTMP = /^rtmps?:\/\/([^/]+)\/(.+)\/(\S+?)( live=1)?$/
const SHORT = /^(twitch|mux):\/\/(\S+)$/

/** Null when LiveKit calls it invalid. */
export const parseAddress = (url: string): Address | null => {
  const [, host = '', app = '', key = ''] = RTMP.exec(url) ?? []
  if (key !== '') return { url, host, app, key }
  const [, platform = '', shortKey = ''] = SHORT.exec(url) ?? []
  return shortKey === '' ? null : { url, host: platform, app: '', key: shortKey }
}

/** The first and the last letters, at most three each and never two thirds of the whole. */
export const shorten = (identifier: string): string => {
  const letters = [3, 2, 1].find((count) => identifier.length >= count * 3) ?? 0
  return `{${identifier.slice(0, letters)}...${letters === 0 ? '' : identifier.slice(-letters)}}`
}

/** As it stands in every EgressInfo and webhook. */
export const redactAddress = (url: string): string => {
  const key = parseAddress(url)?.key
  if (key === undefined) return url
  const at = url.lastIndexOf(key)
  return `${url.slice(0, at)}${shorten(key)}${url.slice(at + key.length)}`
}
