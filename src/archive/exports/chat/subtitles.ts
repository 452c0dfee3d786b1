// The chat of a session as subtitles: lines in, cues on a stage, text out, a page at a time.

import type { ExportPlan } from '../plan.ts'
import type { Read } from '../walk.ts'
import { ass } from './ass.ts'
import { aboutOf } from './format.ts'
import { linesOf, toldAgain } from './lines.ts'
import { plainText } from '../plain-text.ts'
import { srt } from './srt.ts'
import { Stage } from './stage.ts'
import { vtt } from './vtt.ts'

const SUBTITLES = { ass, srt, vtt }
const ABOUT_CHARS = 200

export const subtitles = async function* (
  format: keyof typeof SUBTITLES,
  plan: ExportPlan,
  read: Read,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  const { stage: options, writer: writerOf } = SUBTITLES[format]
  const again = await toldAgain(plan, read)
  const stage = new Stage(options)
  const writer = writerOf(aboutOf(plan, again.before).map((line) => plainText(line, ABOUT_CHARS)))
  if (writer.head !== '') yield encoder.encode(writer.head)
  for await (const lines of linesOf(plan, read, again.lines)) {
    const text = lines.flatMap((line) => stage.add(line).map(writer.cue)).join('')
    if (text !== '') yield encoder.encode(text)
  }
  const rest = stage.end().map(writer.cue).join('') + writer.end()
  if (rest !== '') yield encoder.encode(rest)
}
