import type { Catalogue } from "../../lib/i18n";
import * as adminTexts from "./admin";
import * as alertingTexts from "./alerting";
import { common } from "./common";
import { chart, dashboard } from "./dashboard";
import {
  field_names,
  file_problems,
  file_remedies,
  flags,
  reasons,
  type_codes,
  type_names,
} from "./findings";
import { problems, remedies } from "./problems";
import { processes, words } from "./processes";
import { profile } from "./profile";
import { reviews } from "./reviews";
import * as setupTexts from "./setup";
import { signin } from "./signin";
import { uploads } from "./uploads";
import { viewer } from "./viewer";

export const de: Catalogue = {
  ...adminTexts,
  ...alertingTexts,
  ...setupTexts,
  ...common,
  ...words,
  problems,
  remedies,
  processes,
  reviews,
  signin,
  viewer,
  uploads,
  dashboard,
  chart,
  profile,
  reasons,
  flags,
  field_names,
  file_problems,
  file_remedies,
  type_codes,
  type_names,
};
