/** `npm run test:kills`: kills 50 processes, or the given number, while they write. */

import { killProcesses } from './kills.js';

const count = Number(process.argv[2] ?? 50);
const { acknowledged, lostWrites, notices } = await killProcesses(count);
for (const line of lostWrites) console.error(line);
console.log(
  `${count} kills, ${acknowledged} acknowledged writes, ${lostWrites.length} lost, ${notices.length} incomplete tails`,
);
process.exitCode = lostWrites.length === 0 ? 0 : 1;
