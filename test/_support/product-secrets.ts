// Looks for secrets in bytes: each of them, every 8-character window of them, and both as base64, hex,
// percent-encoding and JSON's escapes, wherever in a base64 text a window may begin.

import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const WINDOW = 8
/** No form of a window is shorter. */
const START = 8

/**
 * A secret to look for: 32 characters, longer than any name. Random all of them and not hexadecimal: what is
 * searched has words in it, and windows of so few digits turn up by chance in any large enough file.
 */
export const canary = (): string => randomBytes(24).toString('base64url')

/** One with characters that JSON and addresses write differently; apart, so that no window is of them alone. */
export const awkwardCanary = (): string => {
  const text = canary()
  const marked = [...'"\\<&+'].map((mark, n) => mark + text.charAt(n)).join('')
  return `${text.slice(5, 15)}${marked}${text.slice(15)}`
}

const rawForms = (part: string): readonly string[] => {
  const bytes = Buffer.from(part)
  const hex = bytes.toString('hex')
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const escaped = [...bytes].map((byte) => `\\u00${byte.toString(16).padStart(2, '0')}`).join('')
  return [
    part,
    hex,
    hex.toUpperCase(),
    percent,
    percent.toUpperCase(),
    encodeURIComponent(part),
    // In JSON, in JSON within JSON, and with every character escaped.
    JSON.stringify(part).slice(1, -1),
    JSON.stringify(JSON.stringify(part).slice(1, -1)).slice(1, -1),
    part.replaceAll('/', '\\/'),
    escaped,
    escaped.toUpperCase().replaceAll('\\U', '\\u'),
  ]
}

/** The characters of a base64 text that depend on this part alone, for each of the three ways it can lie. */
const base64Forms = (part: string): readonly string[] =>
  [0, 1, 2].flatMap((shift) => {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(part)])
    const whole = bytes.toString('base64').replace(/=+$/, '')
    const from = Math.ceil((shift * 8) / 6)
    const until = Math.floor((bytes.length * 8) / 6)
    const text = whole.slice(from, until)
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')]
  })

const windowsOf = (secret: string): readonly string[] =>
  Array.from({ length: Math.max(1, secret.length - WINDOW + 1) }, (_, n) => secret.slice(n, n + WINDOW))

export interface Leak {
  /** The secret's name, never the secret. */
  readonly secret: string
  readonly where: string
  /** What is around it. */
  readonly around: string
}

/** Every form of every window, by its first characters: a text is read once, however much is looked for. */
const formsByStart = (secrets: Readonly<Record<string, string>>) => {
  const forms = new Map<string, { readonly secret: string; readonly form: string }[]>()
  for (const [secret, value] of Object.entries(secrets)) {
    const all = new Set(windowsOf(value).flatMap((part) => [...rawForms(part), ...base64Forms(part)]))
    for (const form of all) {
      const start = form.slice(0, START)
      const known = forms.get(start)
      if (known === undefined) forms.set(start, [{ secret, form }])
      else known.push({ secret, form })
    }
  }
  return forms
}

/** `secrets` by name, `places` by name. */
export const leaks = (
  secrets: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string>>,
): readonly Leak[] => {
  const forms = formsByStart(secrets)
  const found: Leak[] = []
  for (const [where, text] of Object.entries(places)) {
    const told = new Set<string>()
    for (let at = 0; at + START <= text.length; at += 1) {
      for (const { secret, form } of forms.get(text.slice(at, at + START)) ?? []) {
        if (told.has(secret) || !text.startsWith(form, at)) continue
        told.add(secret)
        found.push({ secret, where, around: text.slice(Math.max(0, at - 60), at) })
      }
    }
  }
  return found
}

/** Every file below a folder, as a place to look. */
export const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name))
      .map((path) => [`the file ${relative(folder, path)}`, readFileSync(path, 'latin1')]),
  )
