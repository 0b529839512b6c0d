export const hello = (who) => `Hello, ${who}!`;
