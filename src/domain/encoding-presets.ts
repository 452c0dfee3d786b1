// How a destination is encoded when nobody says otherwise, and what each platform accepts of what somebody says.
// LiveKit's own presets send a keyframe every four seconds; YouTube and Twitch want two, so every number is sent.

import * as Result from 'effect/Result'
import type { Encoding } from './destination.ts'

const preset = (height: 720 | 1080, framerate: 30 | 60, videoKbps: number): Encoding => ({
  width: (height * 16) / 9,
  height,
  framerate,
  videoKbps,
  audioKbps: 128,
  keyframeSeconds: 2,
})

/** Named encodings: pixels, frames a second and the video's kbit/s that go together. */
export const ENCODING_PRESETS = {
  '720p30': preset(720, 30, 3_000),
  '720p60': preset(720, 60, 4_500),
  '1080p30': preset(1_080, 30, 4_500),
  '1080p60': preset(1_080, 60, 6_000),
} as const
export type EncodingPreset = keyof typeof ENCODING_PRESETS
export const ENCODING_PRESET_NAMES = Object.keys(ENCODING_PRESETS) as readonly EncodingPreset[]

const FIELDS = ['width', 'height', 'framerate', 'videoKbps', 'audioKbps', 'keyframeSeconds'] as const

/** The name of an encoding that is a preset, else null. */
export const presetOf = (encoding: Encoding): EncodingPreset | null =>
  ENCODING_PRESET_NAMES.find((name) =>
    FIELDS.every((field) => ENCODING_PRESETS[name][field] === encoding[field]),
  ) ?? null

type Range = readonly [minimum: number, maximum: number]
interface Limits extends Readonly<Record<keyof Encoding, Range>> {
  readonly pixels: number
}

const ANYWHERE: Limits = {
  width: [160, 3_840],
  height: [160, 3_840],
  pixels: 3_840 * 2_160,
  framerate: [10, 60],
  videoKbps: [300, 40_000],
  audioKbps: [32, 320],
  keyframeSeconds: [1, 4],
}

/** Twitch takes up to 1080p60 at 6,000 kbit/s and wants a keyframe every two seconds. */
const TWITCH: Limits = {
  ...ANYWHERE,
  width: [160, 1_920],
  height: [160, 1_920],
  pixels: 1_920 * 1_080,
  videoKbps: [300, 6_000],
  keyframeSeconds: [1, 2],
}

export const defaultEncoding = (platform: string): Encoding =>
  ENCODING_PRESETS[platform === 'youtube' || platform === 'twitch' ? '1080p30' : '720p30']

/** The field of `Encoding` that is wrong, and what would be right. */
export interface EncodingFault {
  readonly field: keyof Encoding
  readonly expected: string
}

const isWithin = (value: number, [minimum, maximum]: Range): boolean =>
  Number.isInteger(value) && value >= minimum && value <= maximum

/** The encoding if this platform takes it, else the first thing that is wrong with it. */
export const checkEncoding = (
  platform: string,
  encoding: Encoding,
): Result.Result<Encoding, EncodingFault> => {
  const limits = platform === 'twitch' ? TWITCH : ANYWHERE
  for (const field of FIELDS) {
    const range = limits[field]
    if (isWithin(encoding[field], range)) continue
    return Result.fail({
      field,
      expected: `a whole number from ${range[0]} to ${range[1]} for this platform`,
    })
  }
  for (const field of ['width', 'height'] as const) {
    // H.264 in 4:2:0 has half as many colour samples in each direction.
    if (encoding[field] % 2 !== 0) return Result.fail({ field, expected: 'an even number' })
  }
  if (encoding.width * encoding.height > limits.pixels) {
    return Result.fail({
      field: 'height',
      expected: `at most ${limits.pixels} pixels in all for this platform`,
    })
  }
  return Result.succeed(encoding)
}
