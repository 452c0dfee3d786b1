// Files of the show as what the stage shows: models, motions as moving bones, and panoramas; with a few facts of each.
// The bytes are read before; what a file refers to is read from this origin's assets beside it, and nowhere else.

import {
  BufferGeometry,
  Float32BufferAttribute,
  Group,
  LineBasicMaterial,
  LineSegments,
  LoadingManager,
  Material,
  Mesh,
  Texture,
  Vector3,
  Box3,
  type AnimationClip,
  type Object3D,
} from 'three'
import { BVHLoader } from 'three/examples/jsm/loaders/BVHLoader.js'
import { EXRLoader } from 'three/examples/jsm/loaders/EXRLoader.js'
import { FBXLoader } from 'three/examples/jsm/loaders/FBXLoader.js'
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js'
import { HDRLoader } from 'three/examples/jsm/loaders/HDRLoader.js'
import { VRMLoaderPlugin, VRMUtils, type VRM } from '@pixiv/three-vrm'
import { DataTexture, FloatType, HalfFloatType, LinearFilter } from 'three'
import { contentUrl, extensionOf } from '../kinds.ts'
import { besideOf } from './beside.ts'
import type { Shown } from './stage.ts'

export type FactName =
  | 'triangles'
  | 'materials'
  | 'textures'
  | 'animations'
  | 'bones'
  | 'size'
  | 'seconds'
  | 'pixels'
  | 'vrm'
  | 'author'
  | 'license'
export type Facts = readonly (readonly [name: FactName, value: string | number])[]

export interface Loaded3d extends Shown {
  readonly facts: Facts
}

/** Addresses of other origins lead nowhere; what is embedded becomes a blob, which is all that may be fetched. */
const managerFor = (key: string): LoadingManager => {
  const manager = new LoadingManager()
  const made: string[] = []
  manager.setURLModifier((url) => {
    if (url.startsWith('blob:')) return url
    if (url.startsWith('data:')) {
      const [head = '', data = ''] = url.split(',', 2)
      const text = head.endsWith(';base64') ? atob(data) : decodeURIComponent(data)
      const blob = new Blob([Uint8Array.from(text, (char) => char.charCodeAt(0))], {
        type: head.slice(5).split(';')[0] ?? '',
      })
      made.push(URL.createObjectURL(blob))
      return made.at(-1) ?? ''
    }
    const beside = besideOf(key, url)
    return beside === null ? 'blob:none' : contentUrl(beside)
  })
  manager.onLoad = () => {
    for (const url of made.splice(0)) URL.revokeObjectURL(url)
  }
  return manager
}

const count = (object: Object3D): Facts => {
  let triangles = 0
  const materials = new Set<Material>()
  const textures = new Set<Texture>()
  object.traverse((one) => {
    if (!(one instanceof Mesh)) return
    const { index, attributes } = one.geometry as BufferGeometry
    triangles += Math.floor((index?.count ?? attributes['position']?.count ?? 0) / 3)
    for (const material of [one.material].flat() as Material[]) {
      materials.add(material)
      for (const value of Object.values(material)) if (value instanceof Texture) textures.add(value)
    }
  })
  return [
    ['triangles', triangles],
    ['materials', materials.size],
    ['textures', textures.size],
  ]
}

const extent = (object: Object3D): Facts => {
  const size = new Box3().setFromObject(object).getSize(new Vector3())
  return [['size', [size.x, size.y, size.z].map((n) => n.toFixed(2)).join(' × ')]]
}

const playing = (clips: readonly AnimationClip[]): Facts =>
  clips.length === 0
    ? []
    : [
        ['animations', clips.length],
        ['seconds', `${Math.max(...clips.map(({ duration }) => duration)).toFixed(1)} s`],
      ]

/** Lines from each node to its parent, which move with them: a motion without a body. */
const bonesOf = (
  root: Object3D,
): { readonly object: Object3D; readonly update: () => void; readonly count: number } => {
  const nodes: Object3D[] = []
  root.traverse((node) => {
    if (node !== root && node.parent !== null && node.parent !== root) nodes.push(node)
  })
  const geometry = new BufferGeometry()
  const positions = new Float32BufferAttribute(new Float32Array(nodes.length * 6), 3)
  geometry.setAttribute('position', positions)
  const lines = new LineSegments(geometry, new LineBasicMaterial({ color: 0x3a70bd }))
  lines.frustumCulled = false
  const group = new Group()
  group.add(root, lines)
  const at = new Vector3()
  const update = (): void => {
    root.updateWorldMatrix(true, true)
    for (const [index, node] of nodes.entries()) {
      at.setFromMatrixPosition(node.matrixWorld)
      positions.setXYZ(index * 2, at.x, at.y, at.z)
      if (node.parent !== null) at.setFromMatrixPosition(node.parent.matrixWorld)
      positions.setXYZ(index * 2 + 1, at.x, at.y, at.z)
    }
    positions.needsUpdate = true
    geometry.computeBoundingSphere()
    geometry.computeBoundingBox()
  }
  update()
  return { object: group, update, count: nodes.length }
}

const motion = (root: Object3D, clips: readonly AnimationClip[]): Loaded3d => {
  const { object, update, count: bones } = bonesOf(root)
  return {
    object,
    panorama: null,
    clips,
    update,
    facts: [['bones', bones], ...playing(clips), ...extent(object)],
  }
}

const vrmFacts = ({ meta }: VRM): Facts => {
  const isOne = meta.metaVersion === '1'
  const author = isOne ? meta.authors.join(', ') : meta.author
  const license = isOne ? meta.licenseUrl : meta.licenseName
  const version = isOne ? '1.0' : '0.x'
  return [
    ['vrm', version],
    ...(author ? ([['author', author]] as const) : []),
    ...(license ? ([['license', license]] as const) : []),
  ]
}

const gltf = async (bytes: ArrayBuffer, key: string): Promise<Loaded3d> => {
  const loader = new GLTFLoader(managerFor(key))
  loader.register((parser) => new VRMLoaderPlugin(parser))
  const { scene, animations, userData } = await loader.parseAsync(bytes, '')
  const vrm = userData['vrm'] as VRM | undefined
  if (vrm === undefined) {
    if (extensionOf(key) === 'vrma') return motion(scene, animations)
    const facts = [...count(scene), ...playing(animations), ...extent(scene)]
    return { object: scene, panorama: null, clips: animations, update: null, facts }
  }
  VRMUtils.rotateVRM0(vrm)
  VRMUtils.removeUnnecessaryVertices(vrm.scene)
  return {
    object: vrm.scene,
    panorama: null,
    clips: animations,
    update: (seconds) => vrm.update(seconds),
    facts: [...vrmFacts(vrm), ...count(vrm.scene), ...playing(animations), ...extent(vrm.scene)],
  }
}

const panorama = (bytes: ArrayBuffer, extension: string): Loaded3d => {
  const loader = extension === 'hdr' ? new HDRLoader() : new EXRLoader()
  loader.setDataType(extension === 'hdr' ? HalfFloatType : FloatType)
  const { data, width = 0, height = 0, format, type } = loader.parse(bytes)
  const texture = new DataTexture(data, width, height, format, type)
  texture.minFilter = LinearFilter
  texture.magFilter = LinearFilter
  texture.flipY = extension !== 'exr'
  texture.needsUpdate = true
  return {
    object: null,
    panorama: texture,
    clips: [],
    update: null,
    facts: [['pixels', `${width} × ${height}`]],
  }
}

export const load = async (bytes: ArrayBuffer, key: string): Promise<Loaded3d> => {
  const extension = extensionOf(key)
  switch (extension) {
    case 'hdr':
    case 'exr':
      return panorama(bytes, extension)
    case 'bvh': {
      const { clip, skeleton } = new BVHLoader().parse(new TextDecoder().decode(bytes))
      const root = new Group()
      const [hips] = skeleton.bones
      if (hips !== undefined) root.add(hips)
      return motion(root, [clip])
    }
    case 'fbx': {
      const model = new FBXLoader(managerFor(key)).parse(bytes, '')
      const counted = count(model)
      const hasBody = counted.some(([name, value]) => name === 'triangles' && Number(value) > 0)
      if (!hasBody) return motion(model, model.animations)
      const facts = [...counted, ...playing(model.animations), ...extent(model)]
      return { object: model, panorama: null, clips: model.animations, update: null, facts }
    }
    default:
      return gltf(bytes, key)
  }
}
