/** Paths to the fields of an object, shared by substitution, schemas and problems. */

/** Field names and indexes from the object to a field. */
export type FieldPath = readonly (string | number)[];

/** A path that a walk extends and shortens as it goes; copy it to keep it. */
export type MutablePath = (string | number)[];
