// Seconds of one run in aws-local-stepfunctions: reads [machine, input] from standard input.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/package.json`);
const { StateMachine } = require('aws-local-stepfunctions');

const [machine, value] = JSON.parse(readFileSync(0, 'utf8'));
delete machine.QueryLanguage;
let best = Infinity;
for (let i = 0; i < 20; i += 1) {
  const stateMachine = new StateMachine(machine);
  const start = process.hrtime.bigint();
  await stateMachine.run(value).result;
  best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e9);
}
console.log(best);
