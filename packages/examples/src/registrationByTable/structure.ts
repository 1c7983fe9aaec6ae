/** Structures, read by OpenChemLib. */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { Molecule } from "openchemlib"

/** Why a draft is refused. The scientist reads the message. */
export class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}

const parse = (smiles: string) =>
  Either.try({
    try: () => Molecule.fromSmiles(smiles),
    catch: () => new Refused({ message: `${JSON.stringify(smiles)} is not a SMILES` })
  })

/** A code that is the same for the same structure, however its SMILES is written. */
export const codeOf = (smiles: string): Effect.Effect<string, Refused> =>
  Either.match(parse(smiles), {
    onLeft: Effect.fail,
    onRight: (molecule) => {
      const atoms = Array.from({ length: molecule.getAllAtoms() }, (_, atom) => atom)
      // The parser accepts a molecule without atoms, and atoms with too many bonds.
      const overfull = atoms.find((atom) => molecule.getOccupiedValence(atom) > molecule.getMaxValence(atom))
      if (atoms.length === 0) return new Refused({ message: "the structure has no atoms" })
      return overfull === undefined
        ? Effect.succeed(molecule.getIDCode())
        : new Refused({ message: `atom ${overfull + 1} (${molecule.getAtomLabel(overfull)}) has too many bonds` })
    }
  })
