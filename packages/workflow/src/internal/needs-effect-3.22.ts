// The next line of Effect has no `Either`, and the error about that names the file that imports it: so does its name.
import "effect/Either"
