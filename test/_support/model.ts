// A real binary glTF: a cube that turns, as small as one can be. What looks at models is tried with it.

const CORNERS = [
  [-1, -1, -1],
  [1, -1, -1],
  [1, 1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
  [1, -1, 1],
  [1, 1, 1],
  [-1, 1, 1],
]
const SIDES = [
  [0, 2, 1, 0, 3, 2],
  [4, 5, 6, 4, 6, 7],
  [0, 1, 5, 0, 5, 4],
  [2, 3, 7, 2, 7, 6],
  [1, 2, 6, 1, 6, 5],
  [0, 4, 7, 0, 7, 3],
]

const bytesOf = (numbers: Float32Array | Uint16Array): Buffer => Buffer.from(numbers.buffer)

const padded = (bytes: Buffer, fill: number): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4, fill)])

const chunk = (type: string, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(bytes.length, 0)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, bytes])
}

/** `sizeBytes`: filled up behind its end, as some files are. */
export const cube = (sizeBytes = 0): Buffer => {
  const parts = [
    bytesOf(new Float32Array(CORNERS.flat())),
    bytesOf(new Uint16Array(SIDES.flat())),
    bytesOf(new Float32Array([0, 1, 2])),
    bytesOf(new Float32Array([0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, -1])),
  ]
  let byteOffset = 0
  const bufferViews = parts.map(({ length: byteLength }) => {
    const view = { buffer: 0, byteOffset, byteLength }
    byteOffset += byteLength
    return view
  })
  const json = {
    asset: { version: '2.0' },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0, name: 'cube' }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
    materials: [{ pbrMetallicRoughness: { baseColorFactor: [0.1, 0.3, 0.9, 1], metallicFactor: 0 } }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 8, type: 'VEC3', min: [-1, -1, -1], max: [1, 1, 1] },
      { bufferView: 1, componentType: 5123, count: 36, type: 'SCALAR' },
      { bufferView: 2, componentType: 5126, count: 3, type: 'SCALAR', min: [0], max: [2] },
      { bufferView: 3, componentType: 5126, count: 3, type: 'VEC4' },
    ],
    bufferViews,
    buffers: [{ byteLength: byteOffset }],
    animations: [
      {
        name: 'spin',
        channels: [{ sampler: 0, target: { node: 0, path: 'rotation' } }],
        samplers: [{ input: 2, output: 3 }],
      },
    ],
  }
  const body = Buffer.concat([
    chunk('JSON', padded(Buffer.from(JSON.stringify(json)), 0x20)),
    chunk('BIN\0', padded(Buffer.concat(parts), 0)),
  ])
  const head = Buffer.alloc(12)
  head.write('glTF', 'latin1')
  head.writeUInt32LE(2, 4)
  head.writeUInt32LE(12 + body.length, 8)
  const whole = Buffer.concat([head, body])
  return Buffer.concat([whole, Buffer.alloc(Math.max(0, sizeBytes - whole.length))])
}
