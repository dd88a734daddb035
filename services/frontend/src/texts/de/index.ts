import type { Catalogue } from "../../lib/i18n";
import { common } from "./common";
import { problems, remedies } from "./problems";
import { processes } from "./processes";
import { signin } from "./signin";

export const de: Catalogue = { ...common, problems, remedies, processes, signin };
