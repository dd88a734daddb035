import { api, body, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";
import { METRICS, PLATFORM_METRICS } from "./measures";

export type Told = Schemas["Told"];
export type Channel = Schemas["NotificationChannelOut"];
export type ChannelIn = Schemas["NotificationChannelIn"];
export type ChannelPatch = Schemas["NotificationChannelPatch"];
export type Message = Schemas["NotificationMessageOut"];
export type Kind = Schemas["ChannelKind"];
export type Rule = Schemas["AlertRuleOut"];
export type RuleIn = Schemas["AlertRuleIn"];
type PlatformRuleIn = Schemas["PlatformAlertRuleIn"];
export type PlatformChannel = Schemas["PlatformChannelOut"];
/** Where messages go: the target is sealed and never shown again. */
export type Destination = Schemas["PlatformChannelIn"];
export type Trial = Schemas["AlertTrialOut"];

type Read<T> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;

const page = (cursor: string | undefined) => ({ params: { query: { limit: 50, cursor } as never } });
const revised = (version: number) => ({ "if-match": `"${version}"` });

export const listChannels: Read<Channel> = (cursor, signal) =>
  body(api.GET("/v1/notification-channels", { ...page(cursor), signal }));

export function makeChannel(given: ChannelIn): Promise<Channel> {
  return body(api.POST("/v1/notification-channels", { body: given }));
}

export function changeChannel(channel: Channel, given: ChannelPatch): Promise<Channel> {
  const params = { path: { channel_id: channel.channel_id }, header: revised(channel.version) };
  return body(api.PATCH("/v1/notification-channels/{channel_id}", { params, body: given }));
}

export function removeChannel(id: string): Promise<unknown> {
  return api.DELETE("/v1/notification-channels/{channel_id}", { params: { path: { channel_id: id } } });
}

export function testChannel(id: string): Promise<Message> {
  return body(
    api.POST("/v1/notification-channels/{channel_id}/test", { params: { path: { channel_id: id } } }),
  );
}

export function listMessages(id: string): Read<Message> {
  return (cursor, signal) => {
    const params = { path: { channel_id: id }, query: { limit: 20, cursor } as never };
    return body(api.GET("/v1/notification-channels/{channel_id}/messages", { params, signal }));
  };
}

/** The alert rules of a client, or those over all clients. */
export interface RuleBook {
  key: string;
  metrics: readonly string[];
  list: Read<Rule>;
  make: (given: RuleIn) => Promise<Rule>;
  replace: (rule: Rule, given: RuleIn) => Promise<Rule>;
  remove: (id: string) => Promise<unknown>;
  /** What a rule would see now, where that can be asked. */
  attempt?: (given: RuleIn) => Promise<Trial>;
}

const ofRule = (rule: Rule) => ({ path: { rule_id: rule.rule_id }, header: revised(rule.version) });

export const CLIENT_RULES: RuleBook = {
  key: "alert-rules",
  metrics: METRICS,
  list: (cursor, signal) => body(api.GET("/v1/alert-rules", { ...page(cursor), signal })),
  make: (given) => body(api.POST("/v1/alert-rules", { body: given })),
  replace: (rule, given) => body(api.PUT("/v1/alert-rules/{rule_id}", { params: ofRule(rule), body: given })),
  remove: (id) => api.DELETE("/v1/alert-rules/{rule_id}", { params: { path: { rule_id: id } } }),
  attempt: (given) => body(api.POST("/v1/alert-rules/try", { body: given })),
};

export const PLATFORM_RULES: RuleBook = {
  key: "platform-alert-rules",
  metrics: PLATFORM_METRICS,
  list: (cursor, signal) => body(api.GET("/v1/platform/alert-rules", { ...page(cursor), signal })),
  make: (given) => body(api.POST("/v1/platform/alert-rules", { body: given as PlatformRuleIn })),
  replace: (rule, given) =>
    body(
      api.PUT("/v1/platform/alert-rules/{rule_id}", {
        params: ofRule(rule),
        body: given as PlatformRuleIn,
      }),
    ),
  remove: (id) => api.DELETE("/v1/platform/alert-rules/{rule_id}", { params: { path: { rule_id: id } } }),
};

export const listPlatformChannels: Read<PlatformChannel> = (cursor, signal) =>
  body(api.GET("/v1/platform/channels", { ...page(cursor), signal }));

export function makePlatformChannel(given: Destination): Promise<PlatformChannel> {
  return body(api.POST("/v1/platform/channels", { body: given }));
}

export function removePlatformChannel(id: string): Promise<unknown> {
  return api.DELETE("/v1/platform/channels/{channel_id}", { params: { path: { channel_id: id } } });
}

export function testPlatformChannel(id: string): Promise<unknown> {
  return api.POST("/v1/platform/channels/{channel_id}/test", { params: { path: { channel_id: id } } });
}
