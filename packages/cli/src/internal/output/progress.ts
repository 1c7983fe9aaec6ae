/** Progress for people: one line on stderr that is written anew. Without a terminal there is none. */
import process from "node:process"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Table from "./table.js"

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]

const clear = "\r\u001b[K"

/** Shows a line while an effect runs. `text` gives what it says now. */
export const during =
  (text: () => string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => {
    const { stderr } = process
    if (stderr.isTTY !== true) return self
    let frame = 0
    const draw = Effect.sync(() => {
      const shown = Table.cut(
        `${frames[frame++ % frames.length]} ${Table.printable(text())}`,
        (stderr.columns || 80) - 1
      )
      stderr.write(`${clear}${shown}`)
    })
    return Effect.raceFirst(
      self,
      Effect.zipRight(Effect.repeat(draw, Schedule.spaced("100 millis")), Effect.never)
    ).pipe(Effect.ensuring(Effect.sync(() => stderr.write(clear))))
  }

const units = ["B", "kB", "MB", "GB", "TB"]

/** A number of bytes, for people. */
export const bytes = (count: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(count, 1)) / 3))
  return `${(count / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}

const two = (value: number): string => String(value).padStart(2, "0")

/** A time in seconds, for people. */
export const time = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  const hours = Math.floor(whole / 3600)
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`
  return hours > 0 ? `${hours}:${rest}` : rest
}

const barWidth = 24

export const bar = (share: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barWidth)
  return `${"█".repeat(full)}${"░".repeat(barWidth - full)}`
}
