// Every variable of the environment: its name, its default, what it is for and what is right for it.
// The truth that `.env.example` and the documents are checked against; `config.ts` reads the values.

import { REACH } from './variables-reach.ts'
import {
  anything,
  integer,
  oneOf,
  url,
  rtmpUrl,
  minimumLength,
  keyRing,
  plain,
  userId,
  bucket,
  prefix,
  streamKey,
} from './variable-rules.ts'

export interface Variable {
  readonly name: string
  readonly fallback: string
  readonly about: string
  /** Null when the text is right, else what would be right. */
  readonly wrong: (text: string) => string | null
}

const DAY = 86_400_000
const http = ['http:', 'https:'] as const

/** Every variable, in the order of `.env.example`. An empty fallback means "not set". */
export const VARIABLES: readonly Variable[] = [
  { name: 'HOST', fallback: '127.0.0.1', about: 'address to listen on', wrong: minimumLength(1) },
  {
    name: 'PORT',
    fallback: '8080',
    about: 'port to listen on; 0 takes a free one',
    wrong: integer(0, 65_535),
  },
  {
    name: 'DATA_DIR',
    fallback: './data',
    about: 'folder of the database and what is made on first start',
    wrong: minimumLength(1),
  },
  {
    name: 'DATABASE_URL',
    fallback: '',
    about: 'file: or libsql:// URL; default is a file in DATA_DIR',
    wrong: url('file:', 'libsql:', 'http:', 'https:'),
  },
  {
    name: 'DATABASE_AUTH_TOKEN',
    fallback: '',
    about: 'token of a remote libsql:// database',
    wrong: anything,
  },
  {
    name: 'OPERATOR_TOKEN',
    fallback: '',
    about: "the server's token; made on first start when not set",
    wrong: minimumLength(16),
  },
  {
    name: 'SECRETS_KEYS',
    fallback: '',
    about: 'keys that seal secrets at rest, newest first; made on first start when not set',
    wrong: keyRing,
  },
  { name: 'PUBLIC_URL', fallback: '', about: 'the address others reach this server by', wrong: url(...http) },
  {
    name: 'LOG_LEVEL',
    fallback: 'info',
    about: 'debug, info, warn or error',
    wrong: oneOf('debug', 'info', 'warn', 'error'),
  },
  {
    name: 'LOG_FORMAT',
    fallback: '',
    about: 'json or pretty; default is pretty on a terminal',
    wrong: oneOf('json', 'pretty'),
  },
  { name: 'TIKTOK_ORIGIN', fallback: 'https://www.tiktok.com', about: "TikTok's site", wrong: url(...http) },
  {
    name: 'TIKTOK_WEBCAST_ORIGIN',
    fallback: 'https://webcast.tiktok.com',
    about: "TikTok's live API",
    wrong: url(...http),
  },
  {
    name: 'SIGN_API_URL',
    fallback: 'https://api.eulerstream.com',
    about: 'the sign server',
    wrong: url(...http),
  },
  {
    name: 'SIGN_API_KEYS',
    fallback: '',
    about: 'keys of the sign server, separated by commas',
    wrong: anything,
  },
  {
    name: 'TIKTOK_PROXY_URL',
    fallback: '',
    about: 'proxy for everything that goes to TikTok',
    wrong: url('http:', 'https:', 'socks5:', 'socks5h:'),
  },
  {
    name: 'WATCH_INTERVAL_MS',
    fallback: '60000',
    about: 'how often a room near its hour is looked at',
    wrong: integer(1_000, DAY),
  },
  {
    name: 'HEARTBEAT_INTERVAL_MS',
    fallback: '10000',
    about: 'how often a silent broadcast is asked about',
    wrong: integer(500, 600_000),
  },
  {
    name: 'SILENCE_TIMEOUT_MS',
    fallback: '30000',
    about: 'silence before the first question',
    wrong: integer(1_000, DAY),
  },
  {
    name: 'RESUME_WINDOW_MS',
    fallback: '120000',
    about: 'how long a lost broadcast stays the same session',
    wrong: integer(0, DAY),
  },
  {
    name: 'DRAIN_TIMEOUT_MS',
    fallback: '1500',
    about: 'how long an ended session waits for the tail',
    wrong: integer(0, 60_000),
  },
  { name: 'COOLDOWN_MS', fallback: '5000', about: 'rest after a natural end', wrong: integer(0, DAY) },
  {
    name: 'MANUAL_COOLDOWN_MS',
    fallback: '900000',
    about: 'rest after a manual stop',
    wrong: integer(0, 7 * DAY),
  },
  {
    name: 'SIGN_REQUESTS_PER_MINUTE',
    fallback: '5',
    about: 'sign requests that all rooms share',
    wrong: integer(1, 6_000),
  },
  {
    name: 'LIVEKIT_URL',
    fallback: '',
    about: 'the LiveKit server; without it nothing is sent out',
    wrong: url('http:', 'https:', 'ws:', 'wss:'),
  },
  { name: 'LIVEKIT_API_KEY', fallback: '', about: 'its API key', wrong: minimumLength(1) },
  { name: 'LIVEKIT_API_SECRET', fallback: '', about: 'its API secret', wrong: minimumLength(8) },
  {
    name: 'YOUTUBE_RTMP_URL',
    fallback: '',
    about: "YouTube's ingest for rooms without their own; default is the primary one",
    wrong: rtmpUrl,
  },
  {
    name: 'YOUTUBE_STREAM_KEY',
    fallback: '',
    about: 'stream key of rooms without their own',
    wrong: streamKey,
  },
  {
    name: 'TWITCH_RTMP_URL',
    fallback: '',
    about: "Twitch's ingest for rooms without their own; default is the nearest by name",
    wrong: rtmpUrl,
  },
  {
    name: 'TWITCH_STREAM_KEY',
    fallback: '',
    about: 'stream key of rooms without their own',
    wrong: streamKey,
  },
  {
    name: 'RTMP_PRIVATE_HOSTS',
    fallback: '',
    about: 'private or loopback hosts that destinations may name, host or host:port, separated by commas',
    wrong: anything,
  },
  {
    name: 'EGRESS_BACKOFF_BASE_MS',
    fallback: '1000',
    about: 'the first wait before another attempt; it doubles, with jitter',
    wrong: integer(10, 600_000),
  },
  {
    name: 'EGRESS_BACKOFF_CAP_MS',
    fallback: '30000',
    about: 'the longest wait before another attempt',
    wrong: integer(10, DAY),
  },
  {
    name: 'EGRESS_ATTEMPTS_MAX',
    fallback: '8',
    about: 'attempts before a destination is given up; counted anew after a minute on air',
    wrong: integer(1, 1_000),
  },
  {
    name: 'EGRESS_STABLE_MS',
    fallback: '2000',
    about: 'how long a stream must hold before it counts as live',
    wrong: integer(0, 600_000),
  },
  {
    name: 'EGRESS_POLL_MS',
    fallback: '3000',
    about: 'how often LiveKit is asked what runs',
    wrong: integer(100, 600_000),
  },
  {
    name: 'YOUTUBE_CLIENT_ID',
    fallback: '',
    about: 'OAuth client that asks YouTube how its streams are; without it YouTube is not asked',
    wrong: plain,
  },
  { name: 'YOUTUBE_CLIENT_SECRET', fallback: '', about: 'its secret', wrong: plain },
  {
    name: 'YOUTUBE_REFRESH_TOKEN',
    fallback: '',
    about: "the channel's refresh token, with the scope youtube.readonly",
    wrong: plain,
  },
  {
    name: 'YOUTUBE_API_ORIGIN',
    fallback: 'https://www.googleapis.com',
    about: "YouTube's API",
    wrong: url(...http),
  },
  {
    name: 'YOUTUBE_TOKEN_ORIGIN',
    fallback: 'https://oauth2.googleapis.com',
    about: 'where its access tokens are from',
    wrong: url(...http),
  },
  {
    name: 'TWITCH_CLIENT_ID',
    fallback: '',
    about: 'application that asks Twitch who is live; without it Twitch is not asked',
    wrong: plain,
  },
  { name: 'TWITCH_CLIENT_SECRET', fallback: '', about: 'its secret', wrong: plain },
  { name: 'TWITCH_USER_ID', fallback: '', about: "the channel's numeric user id", wrong: userId },
  {
    name: 'TWITCH_API_ORIGIN',
    fallback: 'https://api.twitch.tv',
    about: "Twitch's API",
    wrong: url(...http),
  },
  {
    name: 'TWITCH_TOKEN_ORIGIN',
    fallback: 'https://id.twitch.tv',
    about: 'where its access tokens are from',
    wrong: url(...http),
  },
  {
    name: 'S3_BUCKET',
    fallback: '',
    about: 'the bucket of the assets; without it they are in a folder',
    wrong: bucket,
  },
  { name: 'S3_REGION', fallback: 'us-east-1', about: "the bucket's region", wrong: minimumLength(1) },
  {
    name: 'S3_ENDPOINT',
    fallback: '',
    about: 'another server that speaks S3; default is AWS',
    wrong: url(...http),
  },
  { name: 'S3_PREFIX', fallback: '', about: 'in front of every key in the bucket', wrong: prefix },
  {
    name: 'ASSETS_DIR',
    fallback: '',
    about: 'folder of the assets when there is no bucket; default is assets in DATA_DIR',
    wrong: minimumLength(1),
  },
  {
    name: 'ASSET_SWEEP_INTERVAL_MS',
    fallback: '3600000',
    about: 'how often every asset is looked for in the store',
    wrong: integer(1_000, 30 * DAY),
  },
  {
    name: 'UPLOAD_MAX_BYTES',
    fallback: '4294967296',
    about: 'no file is larger than this; types have limits of their own below it',
    wrong: integer(1, 5 * 2 ** 40),
  },
  ...REACH,
]
