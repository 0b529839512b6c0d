/** What the user can put right; everything else is a defect and keeps its stack. */
export class Mistake extends Error {}
