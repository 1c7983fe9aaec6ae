/** Draws structures. It loads OpenChemLib, which is large: import it only where structures are drawn. */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { Molecule } from "openchemlib"

const width = 180
const height = 120

const options = {
  suppressChiralText: true,
  suppressESR: true,
  suppressCIPParity: true,
  noStereoProblem: true,
  autoCrop: true,
  autoCropMargin: 4
}

/** The drawing of SMILES as SVG, or none if it is not a molecule. */
export const draw = (smiles: string): Option.Option<string> =>
  Option.flatMap(Either.getRight(Either.try(() => Molecule.fromSmiles(smiles))), (molecule) =>
    // OpenChemLib reads an empty text as an empty molecule.
    molecule.getAllAtoms() === 0
      ? Option.none()
      : Option.some(molecule.toSVG(width, height, "", options).replace(/\s*\n\s*/g, ""))
  )
