import type { Catalogue } from "../../lib/i18n";
import { common } from "./common";
import { problems, remedies } from "./problems";
import { processes } from "./processes";
import { reviews } from "./reviews";
import { signin } from "./signin";
import { viewer } from "./viewer";

export const de: Catalogue = { ...common, problems, remedies, processes, reviews, signin, viewer };
