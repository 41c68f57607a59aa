/** The whole language on every target, compared step by step with what solc's code does on an EVM. */
import { compareWithSolc } from "./openzeppelin.js";
import { language } from "./scenarios/language.js";

compareWithSolc(language);
