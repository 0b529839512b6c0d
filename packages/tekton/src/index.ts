export * from './kubernetes.js';
export * from './types.js';
export * from './status.js';
export * from './duration.js';
export * from './model.js';
export * from './read.js';
