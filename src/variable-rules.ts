// What may be in variables of the environment: each rule says what would be right, or null when it is.

import * as Result from 'effect/Result'
import { streamKeyFault } from './domain/destination-rules.ts'
import { rtmpAddress, rtmpHost } from './domain/rtmp-url.ts'

export const anything = (): null => null

export const integer = (minimum: number, maximum: number) => (text: string) =>
  /^[0-9]+$/.test(text) && Number(text) >= minimum && Number(text) <= maximum
    ? null
    : `a whole number from ${minimum} to ${maximum}`

export const oneOf =
  (...words: readonly string[]) =>
  (text: string) =>
    words.includes(text) ? null : `one of ${words.join(', ')}`

export const url =
  (...protocols: readonly string[]) =>
  (text: string) =>
    URL.canParse(text) && protocols.includes(new URL(text).protocol)
      ? null
      : `a URL starting with ${protocols.map((p) => `${p}//`).join(' or ')}`

export const rtmpUrl = (text: string): string | null => {
  // Whoever sets the environment knows the hosts of this network.
  const address = rtmpAddress(text, [rtmpHost(text.toLowerCase())])
  return Result.isSuccess(address) ? null : address.failure
}

export const minimumLength = (length: number) => (text: string) =>
  text.length >= length ? null : `at least ${length} characters`

export const keyRing = (text: string) =>
  text.split(',').every((part) => /^[a-z0-9]{1,16}:[A-Za-z0-9+/_-]{43}=?$/.test(part.trim()))
    ? null
    : 'name:key pairs separated by commas, each key 32 bytes in base64'

/** What goes into a header or a form as it is. */
export const plain = (text: string) =>
  /^[\x21-\x7e]{1,2048}$/.test(text) ? null : 'plain characters without spaces'

export const userId = (text: string) => (/^[0-9]{1,20}$/.test(text) ? null : 'a number')

export const bucket = (text: string) =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(text) ? null : 'the name of a bucket'

export const prefix = (text: string) =>
  /^[\w!.*'()+-]+(?:\/[\w!.*'()+-]+)*\/?$/.test(text) &&
  text.length <= 200 &&
  !/(^|\/)\.{1,2}(\/|$)/.test(text)
    ? null
    : 'up to 200 plain characters with `/` between segments and not in front'

/** A key that a platform gave out. */
export const streamKey = streamKeyFault
