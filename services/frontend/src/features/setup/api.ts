import { api, body, onceKey, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";

export type ProcessType = Schemas["ProcessTypeOut"];
export type Configuration = Schemas["ConfigurationOut"];
export type ConfigurationChange = Schemas["ConfigurationPatch"];
export type Prompt = Schemas["PromptOut"];
export type PromptStage = Schemas["PromptStage"];
export type DryRun = Schemas["DryRunOut"];
export type EvaluationSet = Schemas["EvaluationSetOut"];
export type Evaluation = Schemas["EvaluationOut"];
export type Budgets = Schemas["BudgetsOut"];
export type Budget = Schemas["BudgetOut"];
export type Gate = Schemas["PublishGateOut"];
export type Reliability = Schemas["ConfigurationReliabilityOut"];

type Read<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

const revised = (revision: number) => ({ "if-match": `"${revision}"` });
const once = () => ({ "Idempotency-Key": onceKey() });

export const listTypes: Read<ProcessType> = (cursor, signal) =>
  body(api.GET("/v1/process-types", { params: { query: { limit: 100, cursor } as never }, signal }));

export function readType(id: string, signal: AbortSignal): Promise<ProcessType> {
  return body(
    api.GET("/v1/process-types/{process_type_id}", { params: { path: { process_type_id: id } }, signal }),
  );
}

export function makeType(given: {
  process_type_id: string;
  display_name: string;
  description: string | null;
}): Promise<ProcessType> {
  return body(api.POST("/v1/process-types", { params: { header: once() }, body: given }));
}

export function changeType(type: ProcessType, given: Schemas["ProcessTypePatch"]): Promise<ProcessType> {
  const params = { path: { process_type_id: type.process_type_id }, header: revised(type.version) };
  return body(api.PATCH("/v1/process-types/{process_type_id}", { params, body: given }));
}

export function listConfigurations(typeId: string): Read<Configuration> {
  return (cursor, signal) =>
    body(
      api.GET("/v1/configurations", {
        params: { query: { process_type_id: typeId, limit: 100, cursor } as never },
        signal,
      }),
    );
}

export function readConfiguration(id: string, signal: AbortSignal): Promise<Configuration> {
  return body(api.GET("/v1/configurations/{config_id}", { params: { path: { config_id: id } }, signal }));
}

export function makeConfiguration(typeId: string): Promise<Configuration> {
  const given = {
    process_type_id: typeId,
    output_schema: { type: "object", properties: {} },
  } as unknown as Schemas["ConfigurationIn"];
  return body(api.POST("/v1/configurations", { params: { header: once() }, body: given }));
}

const of = (config: Configuration) => ({
  path: { config_id: config.config_id },
  header: revised(config.revision),
});

export function changeConfiguration(
  config: Configuration,
  given: ConfigurationChange,
): Promise<Configuration> {
  return body(api.PATCH("/v1/configurations/{config_id}", { params: of(config), body: given }));
}

export function publishConfiguration(config: Configuration): Promise<Configuration> {
  return body(api.POST("/v1/configurations/{config_id}/publish", { params: of(config) }));
}

export function retireConfiguration(config: Configuration): Promise<Configuration> {
  return body(api.POST("/v1/configurations/{config_id}/retire", { params: of(config) }));
}

export function rollBack(config: Configuration): Promise<Schemas["RollbackOut"]> {
  return body(api.POST("/v1/configurations/{config_id}/rollback", { params: of(config) }));
}

export function shareTraffic(config: Configuration, percent: number): Promise<Configuration> {
  return body(api.POST("/v1/configurations/{config_id}/canary", { params: of(config), body: { percent } }));
}

export function cloneConfiguration(config: Configuration): Promise<Configuration> {
  const params = { path: { config_id: config.config_id }, header: once() };
  return body(api.POST("/v1/configurations/{config_id}/clone", { params }));
}

export function compareConfigurations(id: string, against: string, signal: AbortSignal) {
  const params = { path: { config_id: id }, query: { against } };
  return body(api.GET("/v1/configurations/{config_id}/diff", { params, signal }));
}

export function tryConfiguration(id: string, documentId: string): Promise<DryRun> {
  const params = { path: { config_id: id } };
  return body(
    api.POST("/v1/configurations/{config_id}/dry-run", { params, body: { document_id: documentId } }),
  );
}

export function readReliability(id: string, target: number, signal: AbortSignal): Promise<Reliability> {
  const params = { path: { config_id: id }, query: { target } };
  return body(api.GET("/v1/configurations/{config_id}/reliability", { params, signal }));
}

/** The newest documents of a type, to try a configuration on. */
export function newestDocuments(
  typeId: string,
  signal: AbortSignal,
): Promise<Schemas["Page_ListedProcessOut_"]> {
  const query = { process_type_id: typeId, limit: 20 };
  return body(api.GET("/v1/processes", { params: { query: query as never }, signal }));
}

export function listPrompts(typeId: string): Read<Prompt> {
  return (cursor, signal) =>
    body(
      api.GET("/v1/prompts", {
        params: { query: { process_type_id: typeId, limit: 100, cursor } as never },
        signal,
      }),
    );
}

export function readPrompt(id: string, signal: AbortSignal): Promise<Prompt> {
  return body(api.GET("/v1/prompts/{prompt_id}", { params: { path: { prompt_id: id } }, signal }));
}

export function makePrompt(given: Schemas["PromptIn"]): Promise<Prompt> {
  return body(api.POST("/v1/prompts", { params: { header: once() }, body: given }));
}

const ofPrompt = (prompt: Prompt) => ({
  path: { prompt_id: prompt.prompt_id },
  header: revised(prompt.revision),
});

export function changePrompt(prompt: Prompt, given: Schemas["PromptPatch"]): Promise<Prompt> {
  return body(api.PATCH("/v1/prompts/{prompt_id}", { params: ofPrompt(prompt), body: given }));
}

export function publishPrompt(prompt: Prompt): Promise<Prompt> {
  return body(api.POST("/v1/prompts/{prompt_id}/publish", { params: ofPrompt(prompt) }));
}

export function retirePrompt(prompt: Prompt): Promise<Prompt> {
  return body(api.POST("/v1/prompts/{prompt_id}/retire", { params: ofPrompt(prompt) }));
}

export function clonePrompt(prompt: Prompt): Promise<Prompt> {
  const params = { path: { prompt_id: prompt.prompt_id }, header: once() };
  return body(api.POST("/v1/prompts/{prompt_id}/clone", { params, body: {} }));
}

export const listSets: Read<EvaluationSet> = (cursor, signal) =>
  body(api.GET("/v1/evaluation-sets", { params: { query: { limit: 50, cursor } as never }, signal }));

export function freezeSet(given: { name: string; process_type_id: string }): Promise<EvaluationSet> {
  return body(api.POST("/v1/evaluation-sets", { params: { header: once() }, body: given as never }));
}

export const listEvaluations: Read<Evaluation> = (cursor, signal) =>
  body(api.GET("/v1/evaluations", { params: { query: { limit: 50, cursor } as never }, signal }));

export function readEvaluation(id: string, signal: AbortSignal): Promise<Evaluation> {
  return body(
    api.GET("/v1/evaluations/{evaluation_id}", { params: { path: { evaluation_id: id } }, signal }),
  );
}

/** Read the set with a version, beside what is in force; without one, with what is in force alone. */
export function evaluate(setId: string, candidate: string | null): Promise<Evaluation> {
  const given = candidate ? { set_id: setId, candidate: { config_id: candidate } } : { set_id: setId };
  return body(api.POST("/v1/evaluations", { params: { header: once() }, body: given as never }));
}

export const readGate = (signal: AbortSignal) => body(api.GET("/v1/publish-gate", { signal }));

export function setGate(given: Gate): Promise<Gate> {
  return body(api.PUT("/v1/publish-gate", { body: given }));
}

export const readBudgets = (signal: AbortSignal) => body(api.GET("/v1/budgets", { signal }));

export function setBudgets(given: Schemas["BudgetsIn"]): Promise<Budgets> {
  return body(api.PUT("/v1/budgets", { body: given }));
}

/** Why rules cannot be used, one answer for each. */
export function checkRules(
  output_schema: Schemas["RuleCheckIn"]["output_schema"],
  validation_rules: unknown[],
  signal: AbortSignal,
): Promise<Schemas["RuleCheckOut"]> {
  return body(api.POST("/v1/rules/check", { body: { output_schema, validation_rules }, signal }));
}
