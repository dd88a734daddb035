import { Megaphone, Plus } from "lucide";
import type { ComponentChildren } from "preact";
import { ago } from "../../../../lib/format";
import { t } from "../../../../lib/i18n";
import type { useAct, useList } from "../../../../lib/query/use";
import { Button } from "../../../../ui/button";
import { Listed } from "../../../../ui/listed";
import { Trouble } from "../../../../ui/states";
import type { Column } from "../../../../ui/table";
import type { Channel, PlatformChannel } from "../../alerting";
import { ChannelName, ChannelState } from "./channel-cells";

/** Mailboxes, chats and phones, and how they fare. `more` are columns after the name, `acts` what a row offers beside the test. */
export function ChannelList<C extends Channel | PlatformChannel>({
  of,
  test,
  add,
  hint,
  more = [],
  acts,
}: {
  of: ReturnType<typeof useList<C>>;
  test: ReturnType<typeof useAct<C, unknown>>;
  add: () => void;
  hint: string;
  more?: Column<C>[];
  acts: (channel: C) => ComponentChildren;
}) {
  const columns: Column<C>[] = [
    { title: t("setup.name"), cell: (row) => <ChannelName channel={row} /> },
    ...more,
    { title: t("setup.state"), cell: (row) => <ChannelState channel={row} />, class: "hidden sm:table-cell" },
    {
      title: t("notifications.last_message"),
      cell: (row) => (row.last_delivered_at ? ago(row.last_delivered_at) : "–"),
      class: "hidden md:table-cell text-ink-soft whitespace-nowrap",
    },
    {
      title: t("people.act"),
      right: true,
      cell: (row) => (
        <span class="inline-flex flex-wrap items-center justify-end gap-1 sm:flex-nowrap">
          <Button small disabled={"is_active" in row && !row.is_active} onClick={() => void test.run(row)}>
            {t("notifications.test")}
          </Button>
          {acts(row)}
        </span>
      ),
    },
  ];
  return (
    <>
      {test.problem && <Trouble problem={test.problem} compact />}
      <Listed
        title={t("notifications.channels")}
        actions={
          <Button small icon={Plus} onClick={add}>
            {t("notifications.add_channel")}
          </Button>
        }
        of={of}
        columns={columns}
        keyOf={(row) => row.channel_id}
        icon={Megaphone}
        empty={t("notifications.no_channel")}
        hint={hint}
      />
    </>
  );
}
