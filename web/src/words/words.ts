// Texts in two languages: a table a page, keys and holes typed. `{name}` is filled in; `{count|room|rooms}` takes the
// first word when `count` is 1, and is not there in Chinese, which has no plural.

import { language } from '../state/preferences.ts'

export type Words = Readonly<Record<string, readonly [english: string, chinese: string]>>

type HoleName<H extends string> = H extends `${infer N}|${string}` ? N : H
/** The names of the holes in a text. */
export type Holes<S extends string> = S extends `${string}{${infer H}}${infer Rest}`
  ? HoleName<H> | Holes<Rest>
  : never

type Values<S extends string> = Readonly<Record<Holes<S>, string | number>>
type Rest<S extends string> = [Holes<S>] extends [never] ? [] : [values: Values<S>]

export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = values[name] ?? ''
    return one === undefined ? String(value) : Number(value) === 1 ? one : (many ?? '')
  })

export interface Say<W extends Words> {
  <K extends keyof W & string>(key: K, ...rest: Rest<W[K][0]>): string
  readonly words: W
}

/** Every table that was defined, for the test that both languages are whole. */
export const tables: Words[] = []

export const define = <const W extends Words>(words: W): Say<W> => {
  tables.push(words)
  const say = (key: string, values: Readonly<Record<string, string | number>> = {}): string => {
    const [english, chinese] = words[key] ?? [key, key]
    return fill(language.value === 'zh' ? chinese : english, values)
  }
  return Object.assign(say, { words }) as Say<W>
}

/** For a key that comes from the server and may be new: its words, or the key itself. */
export const sayOr = <W extends Words>(say: Say<W>, key: string): string => {
  const pair = say.words[key]
  return pair === undefined ? key.replaceAll(/[_.]/g, ' ') : (pair[language.value === 'zh' ? 1 : 0] ?? key)
}
