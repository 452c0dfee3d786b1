// Maps that remember a bounded number of things.

/** When there are more than `max`, the quarter that was put in first goes; one at a time would cost a walk each. */
export const forgetOldest = (map: Map<string, unknown>, max: number): void => {
  if (map.size <= max) return
  let left = Math.ceil(max / 4)
  for (const key of map.keys()) {
    if (left === 0) return
    map.delete(key)
    left -= 1
  }
}
