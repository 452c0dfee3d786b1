// A line of a picture as an SVG path: straight, with its corners rounded.

export type Points = readonly (readonly [number, number])[]

const RADIUS = 6

/** A line with its corners rounded. */
export const pathOf = (points: Points): string => {
  const [start, ...rest] = points
  if (start === undefined) return ''
  const steps = rest.map((point, index) => {
    const next = rest[index + 1]
    if (next === undefined) return `L${point[0]} ${point[1]}`
    const before = index === 0 ? start : (rest[index - 1] ?? start)
    const towards = (to: readonly [number, number]): readonly [number, number] => {
      const [dx, dy] = [to[0] - point[0], to[1] - point[1]]
      const length = Math.hypot(dx, dy)
      const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length
      return [round(point[0] + dx * part), round(point[1] + dy * part)]
    }
    const [from, to] = [towards(before), towards(next)]
    return `L${from[0]} ${from[1]}Q${point[0]} ${point[1]} ${to[0]} ${to[1]}`
  })
  return `M${start[0]} ${start[1]}${steps.join('')}`
}

const round = (value: number): number => Math.round(value * 10) / 10
