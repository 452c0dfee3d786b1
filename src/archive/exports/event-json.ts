// An event as JSON, built inside SQLite: the one shape that answers and exports share.
// Ids are text, times are milliseconds UTC, null is "not in the message".

/** The keys of an event in order, each with the SQL over `events` that gives it. */
export const EVENT_FIELDS = [
  ['id', 'CAST(id AS TEXT)'],
  ['sessionId', "'s' || (id >> 26)"],
  ['at', 'at'],
  ['sourceAt', 'source_at'],
  ['kind', 'kind'],
  ['method', 'method'],
  // Messages without an id of their own are stored under a negative one that means nothing outside.
  ['msgId', 'CASE WHEN msg_id > 0 THEN CAST(msg_id AS TEXT) END'],
  ['userId', 'CAST(user_id AS TEXT)'],
  ['handle', 'handle'],
  ['nickname', 'nickname'],
  ['text', 'text'],
  ['amount', 'amount'],
  ['total', 'total'],
  ['value', 'value'],
  ['giftId', 'CAST(gift_id AS TEXT)'],
  ['groupId', 'CAST(group_id AS TEXT)'],
  ['final', "json(iif(final, 'true', 'false'))"],
  ['history', "json(iif(history, 'true', 'false'))"],
  ['late', "json(iif(late, 'true', 'false'))"],
  // The recording writes JSON here; a row that holds none must not take the others with it.
  ['data', 'json(iif(json_valid(data), data, json_quote(data)))'],
] as const

export type EventField = (typeof EVENT_FIELDS)[number][0]

/** `json_object(…)` of one row of `events`. */
export const EVENT_JSON = `json_object(${EVENT_FIELDS.map(([key, sql]) => `'${key}', ${sql}`).join(', ')})`

// Legal inside JSON text, but not every reader of lines agrees: the line and paragraph separators, the C1
// controls (U+0085 is a line break to some), and the marks that turn the direction of what a terminal shows.
const UNSAFE = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g

/** The same JSON with every character that could break a line or turn a terminal written as an escape. */
export const safeJson = (json: string): string =>
  json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
