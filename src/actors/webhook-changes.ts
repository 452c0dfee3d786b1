// Whether a webhook can be what is asked for, and what it is after a change. Pure: it says what would be right, and
// in which field, never what was sent.

import * as Result from 'effect/Result'
import { type KeyRing, seal, unseal } from '../db/seal.ts'
import { urlAad, type WebhookRow } from '../db/webhooks.ts'
import { shownUrl, webhookUrl } from '../domain/webhook-url.ts'
import { isFactPattern, WEBHOOK_LIMITS } from '../domain/webhook.ts'
import type { Refusal } from './desk.ts'
import type { WebhookChange } from './webhooks.ts'

type Fields = Pick<WebhookChange, 'name' | 'url' | 'facts' | 'rooms'>

const fail = (field: string, expected: string) =>
  Result.fail<Refusal>({ code: 'invalid', message: `Expected ${expected}.`, field })

const isLine = (text: string): boolean =>
  text.length >= 1 &&
  text.length <= WEBHOOK_LIMITS.nameCharacters &&
  text.isWellFormed() &&
  !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)

/** The fields in the form in which they are kept, or the first that is wrong. */
export const checkChange = (
  { name, url, facts, rooms }: Fields,
  privateHosts: readonly string[],
): Result.Result<Fields, Refusal> => {
  if (typeof name === 'string' && !isLine(name)) {
    return fail('/name', `a line of 1 to ${WEBHOOK_LIMITS.nameCharacters} characters`)
  }
  const address = url === undefined ? null : webhookUrl(url, privateHosts)
  if (address !== null && Result.isFailure(address)) return fail('/url', address.failure)
  if (facts !== undefined) {
    const isRight = facts.length >= 1 && facts.length <= WEBHOOK_LIMITS.facts && facts.every(isFactPattern)
    if (!isRight)
      return fail('/facts', `1 to ${WEBHOOK_LIMITS.facts} names of facts, like asset.missing, egress.* or *`)
  }
  if (rooms !== undefined && rooms !== null && (rooms.length < 1 || rooms.length > WEBHOOK_LIMITS.rooms)) {
    return fail('/rooms', `1 to ${WEBHOOK_LIMITS.rooms} rooms, or null for facts of all`)
  }
  return Result.succeed({
    ...(address !== null && { url: address.success.href }),
    ...(facts !== undefined && { facts: [...new Set(facts)] }),
    ...(rooms !== undefined && { rooms: rooms === null ? null : [...new Set(rooms)] }),
  })
}

const isSame = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

/** The row after the change, and the names of what differs. */
export const changesOf = (
  keys: KeyRing,
  row: WebhookRow,
  { name, url, facts, rooms }: Fields,
): { readonly next: WebhookRow; readonly changed: readonly string[] } => {
  const isUrlNew = url !== undefined && unseal(keys, urlAad(row.id), row.urlSealed) !== url
  const next: WebhookRow = {
    ...row,
    ...(name !== undefined && { name }),
    ...(isUrlNew && { urlSealed: seal(keys, urlAad(row.id), url), urlShown: shownUrl(new URL(url)) }),
    ...(facts !== undefined && { facts }),
    ...(rooms !== undefined && { rooms }),
  }
  const changed = [
    ...(next.name === row.name ? [] : ['name']),
    ...(isUrlNew ? ['url'] : []),
    ...(isSame(next.facts, row.facts) ? [] : ['facts']),
    ...(isSame(next.rooms, row.rooms) ? [] : ['rooms']),
  ]
  return { next, changed }
}
