// A generated file is kept small: one space a level in place of four.
import { readFileSync, writeFileSync } from "node:fs";

const [path] = process.argv.slice(2);
const shorter = readFileSync(path, "utf8").replace(/^( {4})+/gm, (spaces) => " ".repeat(spaces.length / 4));
writeFileSync(path, shorter);
