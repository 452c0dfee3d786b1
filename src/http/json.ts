// JSON as it is accepted here: UTF-8 without a mark, no key twice, no `__proto__`, not nested deeply.
// `JSON.parse` alone would let the last of two equal keys win, and what an audit saw need not be what ran.

import { Problem } from './problems.ts'

export const JSON_DEPTH_MAX = 32

const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

const bad = (detail: string, field?: string): Problem =>
  new Problem('json_invalid', { detail, field: field === undefined ? undefined : pointer([field]) })

/** A field's name as people choose them. Whatever else is there may be a secret that landed in the wrong place. */
const NAME = /^[A-Za-z_]{1,32}$/

/** A path as RFC 6901 writes it, as far as it can be said: a field with an odd name is not repeated. */
export const pointer = (path: readonly PropertyKey[]): string => {
  const odd = path.findIndex((step) => typeof step !== 'number' && !NAME.test(String(step)))
  return (odd < 0 ? path : path.slice(0, odd)).map((step) => `/${String(step)}`).join('')
}

/** The end of the string literal that opens at `start`: the index of its closing quote, or the text's end. */
const stringEnd = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}

/** The next character that is not JSON's white space. */
const following = (text: string, from: number): string | undefined => {
  let at = from
  while (at < text.length && ' \t\n\r'.includes(text[at] ?? '')) at += 1
  return text[at]
}

/** Refuses depth before anything recurses, and keys that are there twice or mean something to the runtime. */
const inspect = (text: string): void => {
  const levels: (Set<string> | null)[] = []
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (char === '{' || char === '[') {
      levels.push(char === '{' ? new Set() : null)
      if (levels.length > JSON_DEPTH_MAX) throw bad(`JSON is accepted up to ${JSON_DEPTH_MAX} levels deep.`)
    } else if (char === '}' || char === ']') {
      levels.pop()
    } else if (char === '"') {
      const end = stringEnd(text, at)
      const keys = levels.at(-1) ?? null
      if (keys !== null && following(text, end + 1) === ':') {
        const key = keyOf(text.slice(at, end + 1))
        if (FORBIDDEN.has(key)) throw bad('A key has a name that is not accepted.', key)
        if (keys.has(key)) throw bad('A key is there twice.', key)
        keys.add(key)
      }
      at = end
    }
  }
}

const keyOf = (literal: string): string => {
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal
  }
}

/** The value of a body. Nothing of the body is repeated in what is thrown, but the name of a refused key. */
export const parseJson = (bytes: Uint8Array): unknown => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw bad('The body must be UTF-8.')
  }
  if (text.startsWith('\uFEFF')) throw bad('The body must not begin with a byte order mark.')
  inspect(text)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw bad('The body must be one JSON value.')
  }
}
