// The one table of what is accepted: for each type its extensions, and for each extension the mime type it is
// served with and how its bytes begin. What a client claims about a file is never believed.

import { ASSET_TYPES, type AssetType } from './asset.ts'

/** How many of the first bytes are enough to know every format of the table. */
export const SNIFF_BYTES = 512

type Begins = (head: Uint8Array) => boolean

const MIB = 1_048_576
const GIB = 1_073_741_824

const has = (head: Uint8Array, text: string, at = 0): boolean =>
  head.length >= at + text.length && [...text].every((char, index) => head[at + index] === char.charCodeAt(0))

/** The bytes as text for formats that are text, without a mark and the white space in front. */
const textOf = (head: Uint8Array): string =>
  Buffer.from(head)
    .toString('latin1')
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .trimStart()

const isText = (head: Uint8Array): boolean =>
  head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d))

/** Binary glTF, version 2: the header that VRM and VRMA files have too. */
const glb: Begins = (head) =>
  has(head, 'glTF') && head[4] === 2 && head[5] === 0 && head[6] === 0 && head[7] === 0
const fbx: Begins = (head) => has(head, 'Kaydara FBX Binary  \0') || textOf(head).startsWith('; FBX')
const bvh: Begins = (head) => isText(head) && /^HIERARCHY\s/.test(textOf(head))
const ogg: Begins = (head) => has(head, 'OggS\0')
const wav: Begins = (head) => (has(head, 'RIFF') || has(head, 'RF64')) && has(head, 'WAVE', 8)
const m4a: Begins = (head) => has(head, 'ftyp', 4)
const hdr: Begins = (head) => has(head, '#?RADIANCE') || has(head, '#?RGBE')
const exr: Begins = (head) => head[0] === 0x76 && head[1] === 0x2f && head[2] === 0x31 && head[3] === 0x01
const json: Begins = (head) => isText(head) && /^[{[]/.test(textOf(head))

/** An ID3 tag, or a frame header whose version, layer, bitrate and sample rate are not the reserved ones. */
const mp3: Begins = (head) => {
  if (has(head, 'ID3')) return true
  const [first = 0, second = 0, third = 0] = head
  const version = (second >> 3) & 3
  const layer = (second >> 1) & 3
  return (
    first === 0xff &&
    (second & 0xe0) === 0xe0 &&
    version !== 1 &&
    layer === 1 &&
    third >> 4 !== 15 &&
    ((third >> 2) & 3) !== 3
  )
}

export interface Format {
  /** What it is served as. */
  readonly mimeType: string
  /** Whether a file that begins with these bytes (`SNIFF_BYTES`, or all there are) is one. */
  readonly begins: Begins
}

export interface TypeRule {
  readonly maxBytes: number
  /** By extension, in lower case and without the dot. */
  readonly formats: Readonly<Record<string, Format>>
}

const GLB: Format = { mimeType: 'model/gltf-binary', begins: glb }

export const TYPE_RULES: Readonly<Record<AssetType, TypeRule>> = {
  vrm: { maxBytes: 2 * GIB, formats: { vrm: GLB, glb: GLB } },
  animation: {
    maxBytes: 512 * MIB,
    formats: {
      fbx: { mimeType: 'application/octet-stream', begins: fbx },
      vrma: GLB,
      bvh: { mimeType: 'text/plain; charset=utf-8', begins: bvh },
    },
  },
  bgm: {
    maxBytes: 2 * GIB,
    formats: {
      mp3: { mimeType: 'audio/mpeg', begins: mp3 },
      ogg: { mimeType: 'audio/ogg', begins: ogg },
      wav: { mimeType: 'audio/wav', begins: wav },
      m4a: { mimeType: 'audio/mp4', begins: m4a },
    },
  },
  hdr: {
    maxBytes: 2 * GIB,
    formats: {
      hdr: { mimeType: 'image/vnd.radiance', begins: hdr },
      exr: { mimeType: 'image/x-exr', begins: exr },
    },
  },
  scene: {
    maxBytes: 4 * GIB,
    formats: {
      glb: GLB,
      gltf: { mimeType: 'model/gltf+json', begins: json },
      json: { mimeType: 'application/json', begins: json },
    },
  },
}

/** Of a key's last segment, in lower case; null when there is none. */
export const extensionOf = (key: string): string | null => {
  const [, extension] = /[^/.]\.([A-Za-z0-9]{1,8})$/.exec(key) ?? []
  return extension?.toLowerCase() ?? null
}

/** The types that take a key with this extension. */
export const typesOf = (key: string): readonly AssetType[] => {
  const extension = extensionOf(key)
  return extension === null
    ? []
    : ASSET_TYPES.filter((type) => Object.hasOwn(TYPE_RULES[type].formats, extension))
}

/** How a file of this type under this key must begin and what it is served as; null when the type does not take it. */
export const formatOf = (type: AssetType, key: string): Format | null => {
  const extension = extensionOf(key)
  const { formats } = TYPE_RULES[type]
  return extension !== null && Object.hasOwn(formats, extension) ? (formats[extension] ?? null) : null
}

/** `.vrm, .glb`: what a type takes, for a sentence. */
export const extensionsOf = (type: AssetType): string =>
  Object.keys(TYPE_RULES[type].formats)
    .map((extension) => `.${extension}`)
    .join(', ')
