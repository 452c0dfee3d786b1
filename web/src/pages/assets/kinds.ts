// Which files are taken as what, where they go, and how each can be looked at. The server decides; this only spares a
// person an upload that would be refused. A test holds it against the server's own table.

export const ASSET_TYPES = ['vrm', 'animation', 'bgm', 'hdr', 'scene'] as const
export type AssetType = (typeof ASSET_TYPES)[number]

export const EXTENSIONS: Readonly<Record<AssetType, readonly string[]>> = {
  vrm: ['vrm', 'glb'],
  animation: ['fbx', 'vrma', 'bvh'],
  bgm: ['mp3', 'ogg', 'wav', 'm4a'],
  hdr: ['hdr', 'exr'],
  scene: ['glb', 'gltf', 'json'],
}

/** In lower case and without the dot; empty when there is none. */
export const extensionOf = (name: string): string =>
  /[^/.]\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toLowerCase() ?? ''

/** The types that take a file of this name; more than one has to be chosen from. */
export const typesFor = (name: string): readonly AssetType[] =>
  ASSET_TYPES.filter((type) => EXTENSIONS[type].includes(extensionOf(name)))

/** For the file dialog. */
export const ACCEPTED = [...new Set(Object.values(EXTENSIONS).flat())]
  .map((extension) => `.${extension}`)
  .join(',')

/** What a key cannot have, as it may be in a name from another system. */
// oxlint-disable-next-line no-control-regex
const NOT_IN_KEYS = /[\u0000-\u001F\u007F-\u009F\\/]/g

/** A file's name as the last segment of a key. */
export const segmentOf = (name: string): string => {
  const plain = name.normalize('NFC').toWellFormed().replaceAll(NOT_IN_KEYS, '_').trim()
  const undotted = plain.replace(/\.+$/, '')
  return undotted === '' ? 'file' : undotted
}

/** Where a file goes: by its type, and an owner's on the room's own ground. */
export const keyFor = (type: AssetType, name: string, roomId: string | null): string =>
  `${roomId === null ? '' : `rooms/${roomId}/`}${type}/${segmentOf(name)}`

/** The same key with a number before its extension, for content that is to be kept beside what is there. */
export const numbered = (key: string, n: number): string => {
  const extension = extensionOf(key)
  return extension === '' ? `${key} (${n})` : `${key.slice(0, -extension.length - 1)} (${n}).${extension}`
}

export type PreviewKind = 'model' | 'audio' | 'panorama' | 'motion' | 'text' | 'none'

const PREVIEWS: Readonly<Record<string, PreviewKind>> = {
  vrm: 'model',
  glb: 'model',
  gltf: 'model',
  mp3: 'audio',
  ogg: 'audio',
  wav: 'audio',
  m4a: 'audio',
  hdr: 'panorama',
  exr: 'panorama',
  vrma: 'motion',
  bvh: 'motion',
  fbx: 'motion',
  json: 'text',
}

export const previewOf = (key: string): PreviewKind => PREVIEWS[extensionOf(key)] ?? 'none'

/** What is fetched to be looked at without asking first. */
export const PREVIEW_MAX_BYTES = 120_000_000

export const contentUrl = (key: string): string =>
  `/api/s3/read-object?${new URLSearchParams({ key }).toString()}`
