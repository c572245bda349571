// Processor seconds that asl-validator and Amazon's language service take for a definition, Node's start and their loading left out.
const { createRequire } = require("module");
const { readFileSync } = require("fs");
const load = createRequire(process.cwd() + "/");
const validate = load("asl-validator");
const { getLanguageService, TextDocument } = load("amazon-states-language-service");

const file = process.argv[2];
const text = readFileSync(file, "utf8");

async function seconds(work) {
  let least = Infinity;
  for (let i = 0; i < 3; i++) {
    const before = process.cpuUsage();
    await work();
    const used = process.cpuUsage(before);
    least = Math.min(least, (used.user + used.system) / 1e6);
  }
  return least;
}

async function service() {
  const languages = getLanguageService({});
  const document = TextDocument.create(`file://${file}`, "json", 1, text);
  return languages.doValidation(document, languages.parseJSONDocument(document));
}

async function main() {
  console.log(
    JSON.stringify({
      "asl-validator": await seconds(() => validate(JSON.parse(text))),
      "amazon-states-language-service": await seconds(service),
    }),
  );
}

main();
