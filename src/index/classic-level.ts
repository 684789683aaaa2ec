/** A module of its own, so that it is loaded when it is used: reading a sealed recording does without. */
export { ClassicLevel } from 'classic-level';
