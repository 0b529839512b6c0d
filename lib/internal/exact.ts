/**
 * Types that reject unknown fields in the return value of a callback, at any depth.
 *
 * The compiler rejects unknown fields of an object literal where it is assigned, but not where a callback returns it; so the return type
 * is inferred separately and compared with the expected type here.
 */

/** The type of an unknown field. The compiler quotes its name in the error. */
interface NoSuchField<Thing, Field> {
  readonly thing: Thing;
  readonly field: Field;
}

/** The fields that any member of a union has. */
type FieldsOf<Shape> = Shape extends unknown ? keyof Shape : never;

/** The type of a field in any member of a union that has it. */
type FieldOf<Shape, Field> = Shape extends unknown ? (Field extends keyof Shape ? Shape[Field] : never) : never;

/** The element type of the lists in a union. */
type ElementOf<Shape> = Shape extends readonly (infer Element)[] ? Element : never;

/** The fields of `Given` that a `Shape` does not have, or whose values contain such a field. */
type WrongFields<Shape, Given> = {
  [F in keyof Given]-?: F extends FieldsOf<Shape> ? (IsExact<FieldOf<Shape, F>, Given[F]> extends true ? never : F) : F;
}[keyof Given];

/** Whether all fields of `Given` are fields of a `Shape`. A value of exactly the expected type (an object of a class) is not checked further. */
type IsExact<Shape, Given> = false extends (
  Given extends object
    ? [Extract<Shape, Given>] extends [never]
      ? Given extends readonly (infer Element)[]
        ? IsExact<ElementOf<Shape>, Element>
        : [WrongFields<Shape, Given>] extends [never]
          ? true
          : false
      : true
    : true
)
  ? false
  : true;

/**
 * A constraint on `Given` in addition to `Shape`: no fields that `Shape` does not have.
 *
 * @typeParam Thing the name of a `Shape` in the compiler's message
 */
export type Exact<Shape, Given, Thing extends string> = Given extends unknown
  ? IsExact<Shape, Given> extends true
    ? unknown
    : {
        readonly [F in WrongFields<Shape, Given>]: F extends FieldsOf<Shape>
          ? Given[F] extends readonly (infer Element)[]
            ? readonly Exact<ElementOf<FieldOf<Shape, F>>, Element, F & string>[]
            : Exact<FieldOf<Shape, F>, Given[F], F & string>
          : NoSuchField<Thing, F>;
      }
  : never;
