// Text that can be read again. The native driver (libsql 0.5.29) ends the whole process when a column holds
// invalid UTF-8, which half an emoji becomes on its way through `json_each`, and it cuts text at a NUL.
// Both are replaced by U+FFFD here; what TikTok really sent stays in the frame's bytes.

/** Inside JSON the same two can hide as escapes. A pair of backslashes is matched to be stepped over. */
const ESCAPES =
  /\\(?:\\|u0000|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2})/g
const REPLACEMENT = '\ufffd'
/** Length of an escaped pair of surrogates, which is fine as it is. */
const PAIR = 12

const isJson = (text: string): boolean => text.startsWith('[') || text.startsWith('{')
const hasEscapes = (text: string): boolean =>
  text.includes('\\u0000') || text.includes('\\ud') || text.includes('\\uD')

export const storable = (text: string): string => {
  let clean = text.isWellFormed() ? text : text.toWellFormed()
  if (clean.includes('\0')) clean = clean.replaceAll('\0', REPLACEMENT)
  if (!isJson(clean) || !hasEscapes(clean)) return clean
  return clean.replace(ESCAPES, (escape) =>
    escape === '\\\\' || escape.length === PAIR ? escape : String.raw`\ufffd`,
  )
}
