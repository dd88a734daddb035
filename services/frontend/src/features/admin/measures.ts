import { dollars, duration, number, percent } from "../../lib/format";
import type { Rule, RuleIn } from "./alerting";

export const METRICS = [
  "review_queue_depth",
  "review_queue_age_s",
  "failure_rate",
  "straight_through_rate",
  "latency_p95_s",
  "spend_usd",
  "dead_runs",
  "deliveries_failing",
] as const;
export const PLATFORM_METRICS = [
  "dead_runs",
  "queue_depth",
  "queue_age_s",
  "outbox_age_s",
  "sendings_age_s",
  "review_queue_age_s",
  "failure_rate",
  "spend_usd",
  "providers_down",
  "services_down",
] as const;
export const RULE_EVENTS = [
  "hitl_required",
  "process_failed",
  "low_confidence",
  "fraud_detected",
  "quota_warning",
] as const;
export const SEVERITIES = ["info", "warning", "error", "critical"] as const;

type Unit = "count" | "minutes" | "percent" | "seconds" | "usd";

/** In what a threshold is typed. The server counts seconds and shares 0..1. */
export function unitOf(source: string): Unit {
  if (source.endsWith("_age_s")) return "minutes";
  if (source === "latency_p95_s") return "seconds";
  if (source.endsWith("_rate")) return "percent";
  return source === "spend_usd" ? "usd" : "count";
}

const FACTORS: Record<Unit, number> = { count: 1, minutes: 60, percent: 0.01, seconds: 1, usd: 1 };

export function typedThreshold(source: string, value: number): string {
  return String(Number((value / FACTORS[unitOf(source)]).toPrecision(12)));
}

/** null = no number of at least 0. */
export function thresholdOf(source: string, typed: string): number | null {
  const value = Number(typed);
  if (!typed.trim() || !Number.isFinite(value) || value < 0) return null;
  return Number((value * FACTORS[unitOf(source)]).toPrecision(12));
}

/** A value as the reader writes it, with its unit. */
export function measured(source: string, value: number | null): string {
  if (value === null) return "–";
  const unit = unitOf(source);
  if (unit === "percent") return percent(value, 1);
  if (unit === "usd") return dollars(value * 1e6);
  return unit === "count" ? number(value) : duration(value);
}

export function sourceOf(rule: Pick<Rule, "metric" | "event">): string {
  return rule.metric ?? rule.event ?? "";
}

export interface Draft {
  name: string;
  source: string;
  comparison: "above" | "below";
  threshold: string;
  window_s: number;
  cool_down_s: number;
  severity: (typeof SEVERITIES)[number];
  is_enabled: boolean;
}

export function draftOf(rule: Rule | undefined, metrics: readonly string[]): Draft {
  if (!rule)
    return {
      name: "",
      source: metrics[0] ?? "",
      comparison: "above",
      threshold: "100",
      window_s: 3_600,
      cool_down_s: 3_600,
      severity: "warning",
      is_enabled: true,
    };
  const source = sourceOf(rule);
  return {
    name: rule.name,
    source,
    comparison: rule.comparison as Draft["comparison"],
    threshold: typedThreshold(source, rule.threshold),
    window_s: rule.window_s,
    cool_down_s: rule.cool_down_s,
    severity: rule.severity as Draft["severity"],
    is_enabled: rule.is_enabled,
  };
}

/** What is sent of a draft; null while its threshold is no number. */
export function ruleOf({ source, threshold, ...rest }: Draft): RuleIn | null {
  const value = thresholdOf(source, threshold);
  if (value === null) return null;
  const isEvent = (RULE_EVENTS as readonly string[]).includes(source);
  return { ...rest, threshold: value, ...(isEvent ? { event: source } : { metric: source }) } as RuleIn;
}
