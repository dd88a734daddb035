import { isObject, type Json, type JsonObject, parseJson, pretty } from "../../lib/json";
import type { Configuration, ConfigurationChange } from "./api";

/** What is edited of a configuration. Parts that are code stay text until they are saved. */
export interface Draft {
  schema: string;
  rules: string;
  threshold: string;
  enable_hitl: boolean;
  enable_fraud_detection: boolean;
  duplicate_policy: Configuration["duplicate_policy"];
  plugin_name: string;
  output_actions: string;
  llm_policy: string;
  approval_limits: string;
  workflow: string;
}

export function draftOf(config: Configuration): Draft {
  return {
    schema: pretty(config.output_schema),
    rules: pretty(config.validation_rules),
    threshold: String(config.confidence_threshold),
    enable_hitl: config.enable_hitl,
    enable_fraud_detection: config.enable_fraud_detection,
    duplicate_policy: config.duplicate_policy,
    plugin_name: config.plugin_name ?? "",
    output_actions: pretty(config.output_actions),
    llm_policy: pretty(config.llm_policy),
    approval_limits: pretty(config.approval_limits),
    workflow: pretty(config.workflow),
  };
}

const CODE = ["schema", "rules", "output_actions", "llm_policy", "approval_limits", "workflow"] as const;

export function isSound(draft: Draft): boolean {
  return CODE.every((part) => !parseJson(draft[part]).fault);
}

export function objectOf(text: string): JsonObject | null {
  const { value } = parseJson(text);
  return isObject(value) ? value : null;
}

export function listOf(text: string): Json[] | null {
  const { value } = parseJson(text);
  return Array.isArray(value) ? value : null;
}

/** Only for a sound draft. */
export function changeOf(draft: Draft): ConfigurationChange {
  const value = (part: (typeof CODE)[number]) => parseJson(draft[part]).value;
  return {
    output_schema: value("schema"),
    validation_rules: value("rules"),
    confidence_threshold: Number(draft.threshold),
    enable_hitl: draft.enable_hitl,
    enable_fraud_detection: draft.enable_fraud_detection,
    duplicate_policy: draft.duplicate_policy,
    plugin_name: draft.plugin_name || null,
    output_actions: value("output_actions"),
    llm_policy: value("llm_policy"),
    approval_limits: value("approval_limits"),
    workflow: value("workflow"),
  } as ConfigurationChange;
}

export type Part = "fields" | "rules" | "settings";

/** Where a fault that publishing found is mended. */
export function partOf(pointer: string): Part {
  if (/^(\/body)?\/output_schema/.test(pointer)) return "fields";
  if (/^(\/body)?\/validation_rules/.test(pointer)) return "rules";
  return "settings";
}
