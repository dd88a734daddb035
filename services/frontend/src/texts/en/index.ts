import { common } from "./common";
import { problems, remedies } from "./problems";
import { processes } from "./processes";
import { reviews } from "./reviews";
import { signin } from "./signin";
import { viewer } from "./viewer";

/** All texts of the portal in English; the other languages have the same keys. `{name}` stands for a value. */
export const en = { ...common, problems, remedies, processes, reviews, signin, viewer };
