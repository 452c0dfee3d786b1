// `roomkeeper destinations`: where a room is sent. Stream keys go in and are never printed.

import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Redacted from 'effect/Redacted'
import * as Schema from 'effect/Schema'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import { fail } from './failure.ts'
import { connect, type JsonObject } from './server.ts'
import { keyFlag, streamKey } from './stream-key.ts'
import { sure } from './sure.ts'
import { at, items, plain, print, table, type Column } from './table.ts'

export const room = Argument.String('room').pipe(Argument.withDescription('id or handle'))
export const platform = Argument.String('platform').pipe(
  Argument.withDescription('youtube, twitch, or the name of another destination'),
)
export const destinationPath = (room: string, platform = '', rest = ''): string =>
  `/api/rooms/${encodeURIComponent(room)}/destinations${platform === '' ? '' : `/${encodeURIComponent(platform)}`}${rest}`

const key = (row: JsonObject): string => {
  const last = row['key_last4']
  return row['key_state'] === 'set'
    ? typeof last === 'string'
      ? `…${plain(last)}`
      : 'set'
    : plain(row['key_state'])
}
const encoding = (row: JsonObject): string => {
  const of = (name: string) => plain(at(row, `encoding.${name}`))
  return `${of('width')}x${of('height')}@${of('framerate')} ${of('video_kbps')} kb/s`
}
const source = (row: JsonObject): string => {
  const what = ['layout', 'identity', 'url']
    .map((name) => at(row, `source.${name}`))
    .find((one) => one !== undefined)
  return `${plain(at(row, 'source.type'))} ${plain(what)}`
}

const COLUMNS: readonly Column[] = [
  ['PLATFORM', (row) => plain(row['platform'])],
  ['URL', (row) => plain(row['url'])],
  ['KEY', key],
  ['ENCODING', encoding],
  ['SOURCE', source],
  ['FROM', (row) => plain(row['origin'])],
]

const list = Command.make(
  'list',
  { room },
  Effect.fn(function* ({ room }) {
    const server = yield* connect
    const answer = yield* server.ask('GET', destinationPath(room))
    const found = items(answer)
    yield* print(answer, () =>
      found.length === 0
        ? 'It has no destination yet: roomkeeper destinations set ROOM youtube --key-stdin < key-file'
        : table(COLUMNS, found),
    )
  }),
).pipe(Command.withDescription('Where a room can be sent'), Command.withAlias('ls'))

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const set = Command.make(
  'set',
  {
    room,
    platform,
    keyStdin: keyFlag,
    ingest: text(
      'ingest',
      'its address: rtmp:// or rtmps://, without the key; youtube and twitch have one of their own',
    ),
    preset: text('preset', 'encoding: 720p30, 720p60, 1080p30 or 1080p60'),
    videoKbps: Flag.Int('video-kbps').pipe(
      Flag.withDescription("kbit/s of video, instead of the preset's"),
      Flag.withSchema(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))),
      Flag.optional,
    ),
    layout: text('layout', 'send the whole room in this layout'),
    participant: text('participant', 'send one participant, by its identity'),
    web: text('web', 'send a web page'),
  },
  Effect.fn(function* ({ room, platform, keyStdin, ingest, preset, videoKbps, layout, participant, web }) {
    const sources: readonly JsonObject[] = [
      ...(Option.isSome(layout) ? [{ type: 'room', layout: layout.value }] : []),
      ...(Option.isSome(participant) ? [{ type: 'participant', identity: participant.value }] : []),
      ...(Option.isSome(web) ? [{ type: 'web', url: web.value }] : []),
    ]
    if (sources.length > 1) return yield* fail('usage', 'Say one of --layout, --participant and --web.')
    const [source] = sources
    const encoding = {
      ...(Option.isSome(preset) && { preset: preset.value }),
      ...(Option.isSome(videoKbps) && { video_kbps: videoKbps.value }),
    }
    const key = yield* streamKey(keyStdin)
    const server = yield* connect
    const answer = yield* server.ask('PUT', destinationPath(room, platform), {
      ...(Option.isSome(key) && { key: Redacted.value(key.value) }),
      ...(Option.isSome(ingest) && { url: ingest.value }),
      ...(Object.keys(encoding).length > 0 && { encoding }),
      ...(source !== undefined && { source }),
    })
    yield* print(answer, () => table(COLUMNS, [answer]))
  }),
).pipe(
  Command.withDescription(
    'Set a destination; what is left out stays. The key is read from stdin or STREAM_KEY',
  ),
  Command.withExamples([
    {
      command: 'roomkeeper destinations set @creator youtube --key-stdin < youtube-key',
      description: 'the key alone: the address and the encoding are known',
    },
  ]),
)

const remove = Command.make(
  'remove',
  { room, platform, yes: sure.flag },
  Effect.fn(function* ({ room, platform, yes }) {
    yield* sure.check(yes, `This forgets ${plain(platform)} of ${plain(room)} and its stream key.`)
    const server = yield* connect
    yield* print(
      yield* server.ask('DELETE', destinationPath(room, platform)),
      () => `Removed ${plain(platform)} and its key.`,
    )
  }),
).pipe(Command.withDescription('Forget a destination and its key'), Command.withAlias('rm'))

export const destinations = Command.make('destinations').pipe(
  Command.withDescription('Destinations: where a room is sent, with keys that never come out again'),
  Command.withSubcommands([list, set, remove]),
)
