/** Values and types of params, which every API version shares. */

/** A param's value: one string, or a list of strings. */
export type ParamValue = string | readonly string[];

/** The two types of params. */
export type ParamType = 'string' | 'array';
