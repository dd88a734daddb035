import { api, body, type Schemas } from "../../lib/api/client";
import type { Page } from "../../lib/query/use";

export type Told = Schemas["Told"];
export type Channel = Schemas["NotificationChannelOut"];
export type ChannelIn = Schemas["NotificationChannelIn"];
export type ChannelPatch = Schemas["NotificationChannelPatch"];
export type Message = Schemas["NotificationMessageOut"];
export type Kind = Schemas["ChannelKind"];
export type Rule = Schemas["AlertRuleOut"];
export type RuleIn = Schemas["AlertRuleIn"];
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

export const listRules: Read<Rule> = (cursor, signal) =>
  body(api.GET("/v1/alert-rules", { ...page(cursor), signal }));

export function makeRule(given: RuleIn): Promise<Rule> {
  return body(api.POST("/v1/alert-rules", { body: given }));
}

export function replaceRule(rule: Rule, given: RuleIn): Promise<Rule> {
  const params = { path: { rule_id: rule.rule_id }, header: revised(rule.version) };
  return body(api.PUT("/v1/alert-rules/{rule_id}", { params, body: given }));
}

export function removeRule(id: string): Promise<unknown> {
  return api.DELETE("/v1/alert-rules/{rule_id}", { params: { path: { rule_id: id } } });
}

export function tryRule(given: RuleIn): Promise<Trial> {
  return body(api.POST("/v1/alert-rules/try", { body: given }));
}
