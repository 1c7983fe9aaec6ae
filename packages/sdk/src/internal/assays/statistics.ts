import * as Either from "effect/Either"
import * as QualifiedNumber from "../../QualifiedNumber.js"

type Qualified = QualifiedNumber.QualifiedNumber

const isLower = ({ operator }: Qualified): boolean => operator === "<" || operator === "<="
const isUpper = ({ operator }: Qualified): boolean => operator === ">" || operator === ">="

/** The sign of a mean of these numbers: each of them moves the mean in its own direction. */
const operatorOf = (numbers: ReadonlyArray<Qualified>): Either.Either<QualifiedNumber.Operator, string> => {
  const [below, above, about] = [isLower, isUpper, ({ operator }: Qualified) => operator === "~"].map((has) =>
    numbers.some(has)
  )
  if ([below, above, about].filter((has) => has === true).length > 1) {
    return Either.left("have different signs, so that nothing is known about their mean")
  }
  if (about === true) return Either.right("~")
  if (below === true) return Either.right(numbers.some(({ operator }) => operator === "<") ? "<" : "<=")
  if (above === true) return Either.right(numbers.some(({ operator }) => operator === ">") ? ">" : ">=")
  return Either.right("=")
}

const average = (numbers: ReadonlyArray<number>): number => {
  const sum = numbers.reduce((sum, number) => sum + number, 0)
  // A sum beyond the largest number has a mean all the same.
  return Number.isFinite(sum)
    ? sum / numbers.length
    : numbers.reduce((mean, number) => mean + number / numbers.length, 0)
}

/** The mean of at least one number. */
export const mean = (numbers: ReadonlyArray<Qualified>): Either.Either<Qualified, string> =>
  Either.map(operatorOf(numbers), (operator) =>
    QualifiedNumber.make(average(numbers.map(({ value }) => value)), operator)
  )

/** The geometric mean of at least one number. */
export const geometricMean = (numbers: ReadonlyArray<Qualified>): Either.Either<Qualified, string> =>
  numbers.some(({ value }) => value <= 0)
    ? Either.left("are not all greater than 0, so that they have no geometric mean")
    : Either.map(operatorOf(numbers), (operator) => {
        const [first, ...others] = new Set(numbers.map(({ value }) => value))
        // The logarithm rounds: equal numbers have exactly themselves as their mean.
        const value =
          first !== undefined && others.length === 0
            ? first
            : Math.exp(average(numbers.map(({ value }) => Math.log(value))))
        return QualifiedNumber.make(value, operator)
      })

/** The standard deviation of a sample. One number has none. */
export const standardDeviation = (numbers: ReadonlyArray<Qualified>): Either.Either<Qualified | null, string> => {
  if (numbers.some(({ operator }) => operator !== "=")) {
    return Either.left("have signs, so that their standard deviation is not known")
  }
  if (numbers.length < 2) return Either.right(null)
  const values = numbers.map(({ value }) => value)
  const center = average(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return Either.right(QualifiedNumber.make(Math.sqrt(squares / (values.length - 1))))
}
