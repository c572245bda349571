// Seconds that aws-cdk-lib takes to synthesise a chain of the same states, Node's start and the loading of the library left out.
const { createRequire } = require("module");
const load = createRequire(process.cwd() + "/");
const { App, Stack } = load("aws-cdk-lib");
const sfn = load("aws-cdk-lib/aws-stepfunctions");

function once(n) {
  const start = process.hrtime.bigint();
  const app = new App();
  const stack = new Stack(app, "S");
  const failed = new sfn.Fail(stack, "Failed", { error: "Failed" });
  const states = [];
  for (let i = 0; i < n; i++) {
    if (i % 10 === 5) {
      states.push(new sfn.Choice(stack, `S${i}`));
    } else if (i % 3 === 0) {
      const task = new sfn.CustomState(stack, `S${i}`, {
        stateJson: {
          Type: "Task",
          Resource: "arn:aws:states:::lambda:invoke",
          TimeoutSeconds: 30,
          Parameters: { FunctionName: "f", Payload: { "n.$": "$.n", i } },
        },
      });
      task.addRetry({ errors: ["Lambda.TooManyRequestsException"], maxAttempts: 4 });
      task.addCatch(failed, { errors: ["States.TaskFailed"] });
      states.push(task);
    } else {
      states.push(new sfn.Pass(stack, `S${i}`, { parameters: { "n.$": "$.n", i } }));
    }
  }
  states.push(new sfn.Pass(stack, `S${n}`));
  for (let i = 0; i < n; i++) {
    if (i % 10 === 5) {
      states[i].when(sfn.Condition.numberGreaterThan("$.n", i), failed).otherwise(states[i + 1]);
    } else {
      states[i].next(states[i + 1]);
    }
  }
  new sfn.StateMachine(stack, "M", { definitionBody: sfn.DefinitionBody.fromChainable(states[0]) });
  app.synth();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

const n = Number(process.argv[2]);
console.log(Math.min(once(n), once(n), once(n)));
