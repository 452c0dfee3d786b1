// Takes stream keys, tokens and stream addresses out of any text before it is logged, stored or answered, and
// shortens an address the way LiveKit does. Keys become known when they are used; how texts are read in other
// spellings is in `spellings.ts`.

import * as Redacted from 'effect/Redacted'
import { spellingsOf } from './spellings.ts'

/** Longer texts are cut: what LiveKit has to say is short. */
export const TEXT_MAX = 20_000
/** Secrets that are remembered; the one that was not used for the longest is forgotten first. */
export const SECRETS_MAX = 10_000
const SECRET_MAX = 1_024
/** A piece of a secret this long gives it away. */
const WINDOW = 8
/** Anything shorter is a word and no secret. */
const SECRET_MIN = 4

const MARK = '***'

/** Where pieces may begin, by a hash of three characters: most places in a text are passed over by it. */
const BEGINNINGS = 1 << 18
const beginning = (text: string, at: number): number =>
  (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) & (BEGINNINGS - 1)

const ADDRESS = /\b(rtmp[a-z]{0,2}|srt|twitch|mux|whip)(?::|%3a)(?:\\?\/|%2f){2}[^\s"'<>`|]*/gi
const SHORTENED = /\{[^\s{}]{0,3}\.\.\.[^\s{}]{0,3}\}/g
const JWT = /\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g

// LiveKit's own rule: rtmp(s)://{host}(/{path})/{app}/{key}( live=1), and of the key three characters at each
// end, or fewer when it is short (protocol `utils/redact.go`, 1.51).
const RTMP = /^(rtmps?:\/\/)(.*\/)(.*\/)(\S*)( live=1)?$/

const shorten = (key: string): string => {
  const shown = Math.min(3, Math.floor(key.length / 3))
  return `{${key.slice(0, shown)}...${key.slice(key.length - shown)}}`
}

/** How LiveKit shows an address with its key; anything that is not RTMP it shows as it is. */
export const redactAddress = (address: string): string => {
  const match = RTMP.exec(address)
  if (match === null) return address
  const [, scheme = '', host = '', app = '', key = '', live = ''] = match
  return `${scheme}${host}${app}${shorten(key)}${live}`
}

/** The parts of a stream's address that are secret: its key, and what its query says. */
const secretsIn = (address: string): readonly string[] => {
  const key = RTMP.exec(address)?.[4] ?? address.slice(address.lastIndexOf('/') + 1)
  const [path = '', query = ''] = key.split('?', 2)
  return [key, path, ...query.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1))]
}

export interface Scrubber {
  /** From now on this is taken out of every text. */
  readonly learn: (secret: Redacted.Redacted<string>) => void
  /** The same for the key and the query of a stream's address. */
  readonly learnAddress: (address: Redacted.Redacted<string>) => void
  /** The text without what is known to be secret and without any stream's address. The same twice. */
  readonly scrub: (text: string) => string
}

interface Span {
  readonly from: number
  readonly to: number
}

const without = (text: string, spans: readonly Span[]): string => {
  if (spans.length === 0) return text
  let clean = ''
  let at = 0
  let open = -1
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    if (from > at || open < 0) clean += text.slice(at, Math.max(at, from)) + MARK
    open = from
    at = Math.max(at, to)
  }
  return clean + text.slice(at)
}

export const makeScrubber = (): Scrubber => {
  /** Each secret, oldest use first. */
  const secrets = new Set<string>()
  /** How many secrets have this piece; a short secret is one piece. */
  const pieces = new Map<string, number>()
  const lengths = new Map<number, number>()
  /** Of every secret there ever was: one too many costs a look, one too few a secret. */
  const beginnings = new Uint8Array(BEGINNINGS)

  const piecesOf = (secret: string): ReadonlySet<string> => {
    if (secret.length <= WINDOW) return new Set([secret])
    const found = new Set<string>()
    for (let at = 0; at + WINDOW <= secret.length; at += 1) found.add(secret.slice(at, at + WINDOW))
    return found
  }
  const count = <K>(counts: Map<K, number>, key: K, by: 1 | -1): void => {
    const now = (counts.get(key) ?? 0) + by
    if (now > 0) counts.set(key, now)
    else counts.delete(key)
  }
  const index = (secret: string, by: 1 | -1): void => {
    for (const piece of piecesOf(secret)) {
      count(pieces, piece, by)
      beginnings[beginning(piece, 0)] = 1
      count(lengths, piece.length, by)
    }
  }

  const indexAll = (secret: string, by: 1 | -1): void => {
    // Base64 is read as bytes, where what is not ASCII looks different.
    for (const form of new Set([secret, Buffer.from(secret).toString('latin1')])) index(form, by)
  }

  const learnText = (secret: string): void => {
    const text = secret.slice(0, SECRET_MAX)
    if (text.length < SECRET_MIN) return
    if (!secrets.delete(text)) indexAll(text, 1)
    secrets.add(text)
    if (secrets.size <= SECRETS_MAX) return
    const [oldest = ''] = secrets
    secrets.delete(oldest)
    indexAll(oldest, -1)
  }

  const spansIn = (text: string): readonly Span[] => {
    const spans: Span[] = []
    for (const spelling of spellingsOf(text)) {
      const { text: read, source } = spelling
      for (let at = 0; at + SECRET_MIN <= read.length; at += 1) {
        if (beginnings[beginning(read, at)] === 0) continue
        for (const length of lengths.keys()) {
          if (pieces.has(read.slice(at, at + length))) spans.push(source(at, at + length))
        }
      }
    }
    return spans
  }

  return {
    learn: (secret) => learnText(Redacted.value(secret)),
    learnAddress: (address) => secretsIn(Redacted.value(address)).forEach(learnText),
    scrub: (text) => {
      const short = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text
      const clean = pieces.size === 0 ? short : without(short, spansIn(short))
      return clean
        .replaceAll(ADDRESS, (_, scheme: string) => `${scheme.toLowerCase()}://${MARK}`)
        .replaceAll(SHORTENED, MARK)
        .replaceAll(JWT, MARK)
    },
  }
}
