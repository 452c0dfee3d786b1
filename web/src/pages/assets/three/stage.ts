// The stage of the 3D preview: a canvas, a camera that goes around, light, and drawing only when something changed.
// What is put on it comes from `load.ts`. Everything it holds on the graphics card is given back by `dispose`.

import {
  AmbientLight,
  AnimationMixer,
  Box3,
  Color,
  DirectionalLight,
  EquirectangularReflectionMapping,
  GridHelper,
  LoopRepeat,
  Mesh,
  PerspectiveCamera,
  Scene,
  Spherical,
  SRGBColorSpace,
  Texture,
  Timer,
  Vector3,
  ACESFilmicToneMapping,
  NoToneMapping,
  WebGLRenderer,
  type AnimationClip,
  type Material,
  type Object3D,
} from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'

export interface Shown {
  readonly object: Object3D | null
  readonly panorama: Texture | null
  readonly clips: readonly AnimationClip[]
  /** Called with the seconds since the last picture, before it is drawn. */
  readonly update: ((seconds: number) => void) | null
}

const TURN = Math.PI / 16
const CLOSER = 1.15
/** A little from the side, so that what is flat is seen to be. */
const ASIDE = 0.35
const PIXEL_RATIO_MAX = 2

const disposeMaterial = (material: Material): void => {
  for (const value of Object.values(material)) if (value instanceof Texture) value.dispose()
  material.dispose()
}

const disposeObject = (object: Object3D): void =>
  object.traverse((one) => {
    if (!(one instanceof Mesh)) return
    one.geometry.dispose()
    for (const material of [one.material].flat() as Material[]) disposeMaterial(material)
  })

export class Stage {
  readonly #canvas: HTMLCanvasElement
  readonly #renderer: WebGLRenderer
  readonly #scene = new Scene()
  readonly #camera = new PerspectiveCamera(35, 1, 0.01, 1_000)
  readonly #controls: OrbitControls
  readonly #timer = new Timer()
  readonly #resized: ResizeObserver
  #shown: Shown | null = null
  #mixer: AnimationMixer | null = null
  #isPlaying = false
  #frame = 0

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true })
    this.#renderer.outputColorSpace = SRGBColorSpace
    this.#renderer.setPixelRatio(Math.min(PIXEL_RATIO_MAX, devicePixelRatio))
    const sun = new DirectionalLight(new Color(0xffffff), 2.2)
    sun.position.set(1, 2, 2)
    this.#scene.add(new AmbientLight(new Color(0xffffff), 1.6), sun)
    this.#controls = new OrbitControls(this.#camera, canvas)
    this.#controls.enableDamping = false
    this.#controls.addEventListener('change', this.#draw)
    this.#resized = new ResizeObserver(() => this.#fit())
    this.#resized.observe(canvas)
    canvas.addEventListener('keydown', this.#key)
  }

  /** How many clips there are to be played. */
  get clips(): readonly AnimationClip[] {
    return this.#shown?.clips ?? []
  }

  show(shown: Shown): void {
    this.#shown = shown
    const { object, panorama, clips } = shown
    if (panorama !== null) {
      panorama.mapping = EquirectangularReflectionMapping
      this.#scene.background = panorama
      this.#renderer.toneMapping = ACESFilmicToneMapping
    } else this.#renderer.toneMapping = NoToneMapping
    if (object !== null) {
      this.#scene.add(object)
      if (clips.length > 0) this.#mixer = new AnimationMixer(object)
    }
    this.reset()
    this.#fit()
  }

  /** As it was at first: all of it in view, from the front. */
  reset(): void {
    const object = this.#shown?.object ?? null
    if (object === null) {
      this.#controls.target.set(0, 0, 0)
      this.#camera.position.set(0, 0, 0.1)
      this.#camera.fov = 70
    } else {
      object.updateWorldMatrix(true, true)
      const box = new Box3().setFromObject(object)
      const size = box.getSize(new Vector3())
      const center = box.getCenter(new Vector3())
      const radius = Math.max(0.05, size.length() / 2)
      const distance = (radius / Math.sin((this.#camera.fov * Math.PI) / 360)) * 1.05
      this.#controls.target.copy(center)
      this.#camera.position.set(
        center.x + distance * Math.sin(ASIDE),
        center.y + radius * 0.3,
        center.z + distance * Math.cos(ASIDE),
      )
      this.#camera.near = distance / 200
      this.#camera.far = distance * 20
      this.#floor(box, radius)
    }
    this.#camera.updateProjectionMatrix()
    this.#controls.update()
    this.#draw()
  }

  #floor(box: Box3, radius: number): void {
    if (this.#scene.getObjectByName('floor') !== undefined) return
    const grid = new GridHelper(radius * 4, 16, 0x8d8980, 0x8d8980)
    grid.name = 'floor'
    grid.position.set((box.min.x + box.max.x) / 2, box.min.y, (box.min.z + box.max.z) / 2)
    for (const material of [grid.material].flat()) {
      material.transparent = true
      material.opacity = 0.25
    }
    this.#scene.add(grid)
  }

  /** Plays one clip, or stops when there is none of this number. */
  play(index: number | null): void {
    this.#mixer?.stopAllAction()
    const clip = index === null ? undefined : this.clips[index]
    this.#isPlaying = clip !== undefined
    if (clip !== undefined) this.#mixer?.clipAction(clip).setLoop(LoopRepeat, Infinity).play()
    this.#draw()
  }

  turnSlowly(isOn: boolean): void {
    this.#controls.autoRotate = isOn
    this.#controls.autoRotateSpeed = this.#shown?.object === null ? 0.6 : 2
    this.#draw()
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    if (width === 0 || height === 0) return
    this.#renderer.setSize(width, height, false)
    this.#camera.aspect = width / height
    this.#camera.updateProjectionMatrix()
    this.#draw()
  }

  #turn(theta: number, phi: number, closer: number): void {
    const offset = this.#camera.position.clone().sub(this.#controls.target)
    const around = new Spherical().setFromVector3(offset)
    around.theta += theta
    around.phi = Math.min(Math.PI - 0.05, Math.max(0.05, around.phi + phi))
    around.radius /= closer
    this.#camera.position.copy(this.#controls.target).add(offset.setFromSpherical(around))
    this.#controls.update()
    this.#draw()
  }

  #key = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => this.#turn(-TURN, 0, 1),
      ArrowRight: () => this.#turn(TURN, 0, 1),
      ArrowUp: () => this.#turn(0, -TURN, 1),
      ArrowDown: () => this.#turn(0, TURN, 1),
      '+': () => this.#turn(0, 0, CLOSER),
      '=': () => this.#turn(0, 0, CLOSER),
      '-': () => this.#turn(0, 0, 1 / CLOSER),
      '0': () => this.reset(),
    }
    const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }

  #draw = (): void => {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame((time) => {
      this.#frame = 0
      this.#timer.update(time)
      const seconds = Math.min(0.1, this.#timer.getDelta())
      if (this.#isPlaying) this.#mixer?.update(seconds)
      this.#shown?.update?.(seconds)
      if (this.#controls.autoRotate) this.#controls.update(seconds)
      this.#renderer.render(this.#scene, this.#camera)
      if (this.#isPlaying || this.#controls.autoRotate) this.#draw()
    })
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = -1
    this.#canvas.removeEventListener('keydown', this.#key)
    this.#resized.disconnect()
    this.#controls.dispose()
    this.#mixer?.stopAllAction()
    disposeObject(this.#scene)
    this.#shown?.panorama?.dispose()
    this.#scene.clear()
    this.#renderer.dispose()
    this.#renderer.forceContextLoss()
  }
}
