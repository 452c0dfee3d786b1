// Destinations as the API writes them: snake_case, and never a key. They say what `actors/destinations.ts` gives.

import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import type { DestinationChange } from '../actors/destinations.ts'
import type { Encoding, ShownDestination, Source } from '../domain/destination.ts'
import { ENCODING_PRESETS, presetOf, type EncodingPreset } from '../domain/encoding-presets.ts'

const SourceShape = Schema.Union([
  Schema.Struct({
    type: Schema.Literal('room'),
    layout: Schema.String.annotate({ description: "LiveKit's layout: speaker, grid, single-speaker, …" }),
  }).annotate({ description: 'the whole room' }),
  Schema.Struct({
    type: Schema.Literal('participant'),
    identity: Schema.String,
    screen_share: Schema.Boolean,
  }).annotate({ description: 'one participant, without a layout' }),
  Schema.Struct({ type: Schema.Literal('web'), url: Schema.String }).annotate({
    description: 'a page that LiveKit opens and records',
  }),
])

const PresetShape = Schema.Literals(['720p30', '720p60', '1080p30', '1080p60'])

const EncodingShape = Schema.Struct({
  preset: Schema.NullOr(PresetShape).annotate({ description: 'the preset that it is, when it is one' }),
  width: Schema.Int,
  height: Schema.Int,
  framerate: Schema.Int,
  video_kbps: Schema.Int,
  audio_kbps: Schema.Int,
  keyframe_seconds: Schema.Int,
})

export const DestinationShape = Schema.Struct({
  platform: Schema.String,
  url: Schema.String.annotate({ description: 'where the stream goes, without the key' }),
  key_set: Schema.Boolean,
  key_state: Schema.Literals(['set', 'missing', 'unreadable']).annotate({
    description: 'unreadable: sealed with a key that SECRETS_KEYS does not have any more; set it anew',
  }),
  key_last4: Schema.NullOr(Schema.String).annotate({
    description: "the last four characters of the room's own key, when it has at least twelve",
  }),
  source: SourceShape,
  encoding: EncodingShape,
  origin: Schema.Literals(['room', 'environment']).annotate({
    description: "environment: the server's default, as the room has none of its own",
  }),
  updated_at: Schema.NullOr(Schema.Int).annotate({ description: 'milliseconds UTC' }),
}).annotate({ identifier: 'Destination' })

export const DestinationList = Schema.Struct({ items: Schema.Array(DestinationShape) })

const Change = Schema.optionalKey(Schema.Int)

/** Lengths and forms are the domain's to judge; here only what kind of thing each field is. */
export const DestinationBody = Schema.Struct({
  url: Schema.optionalKey(Schema.String).annotate({
    description: 'rtmp:// or rtmps://, without the key; youtube and twitch have one of their own',
  }),
  key: Schema.optionalKey(Schema.String).annotate({
    description: 'the stream key; it goes in and never comes out',
  }),
  source: Schema.optionalKey(
    Schema.Union([
      Schema.Struct({ type: Schema.Literal('room'), layout: Schema.optionalKey(Schema.String) }),
      Schema.Struct({
        type: Schema.Literal('participant'),
        identity: Schema.String,
        screen_share: Schema.optionalKey(Schema.Boolean),
      }),
      Schema.Struct({ type: Schema.Literal('web'), url: Schema.String }),
    ]),
  ).annotate({ description: 'what is sent: the room in a layout, one participant, or a page' }),
  encoding: Schema.optionalKey(
    Schema.Struct({
      preset: Schema.optionalKey(PresetShape).annotate({ description: 'what the other fields change' }),
      width: Change,
      height: Change,
      framerate: Change,
      video_kbps: Change,
      audio_kbps: Change,
      keyframe_seconds: Change,
    }),
  ),
})
type Body = typeof DestinationBody.Type

const sourceOf = (sent: NonNullable<Body['source']>): Source => {
  if (sent.type === 'web') return sent
  if (sent.type === 'room') return { type: 'room', layout: sent.layout ?? 'speaker' }
  return { type: 'participant', identity: sent.identity, screenShare: sent.screen_share ?? false }
}

const encodingOf = (sent: NonNullable<Body['encoding']>): Partial<Encoding> => {
  const preset: Partial<Encoding> = sent.preset === undefined ? {} : ENCODING_PRESETS[sent.preset]
  const { width, height, framerate, video_kbps, audio_kbps, keyframe_seconds } = sent
  return {
    ...preset,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(framerate !== undefined && { framerate }),
    ...(video_kbps !== undefined && { videoKbps: video_kbps }),
    ...(audio_kbps !== undefined && { audioKbps: audio_kbps }),
    ...(keyframe_seconds !== undefined && { keyframeSeconds: keyframe_seconds }),
  }
}

export const changeOf = ({ url, key, source, encoding }: Body): DestinationChange => ({
  ...(url !== undefined && { url }),
  ...(key !== undefined && { key: Redacted.make(key, { label: 'stream key' }) }),
  ...(source !== undefined && { source: sourceOf(source) }),
  ...(encoding !== undefined && { encoding: encodingOf(encoding) }),
})

const sourceView = (source: Source): typeof SourceShape.Type =>
  source.type === 'participant'
    ? { type: 'participant', identity: source.identity, screen_share: source.screenShare }
    : source

export const destinationView = (shown: ShownDestination): typeof DestinationShape.Type => {
  const { encoding } = shown
  const preset: EncodingPreset | null = presetOf(encoding)
  return {
    platform: shown.platform,
    url: shown.url,
    key_set: shown.keySet,
    key_state: shown.keyState,
    key_last4: shown.keyLast4,
    source: sourceView(shown.source),
    encoding: {
      preset,
      width: encoding.width,
      height: encoding.height,
      framerate: encoding.framerate,
      video_kbps: encoding.videoKbps,
      audio_kbps: encoding.audioKbps,
      keyframe_seconds: encoding.keyframeSeconds,
    },
    origin: shown.origin,
    updated_at: shown.origin === 'environment' ? null : shown.updatedAt,
  }
}
