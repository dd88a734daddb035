import { Gauge } from "lucide";
import { number, percent } from "../../../lib/format";
import { t, tword } from "../../../lib/i18n";
import { useQuery } from "../../../lib/query/use";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { Empty, Shown } from "../../../ui/states";
import { type Column, Table } from "../../../ui/table";
import { type Configuration, type Reliability, readReliability } from "../api";

const TARGET = 0.98;
type Row = Reliability["fields"][number];

const columns = (): Column<Row>[] => [
  { title: t("setup.field_name"), cell: (row) => <code class="font-mono text-xs">{row.field}</code> },
  { title: t("setup.seen"), cell: (row) => number(row.labels), right: true },
  { title: t("setup.unseen_share"), cell: (row) => percent(row.coverage), right: true },
  { title: t("setup.unseen_right"), cell: (row) => percent(row.accepted_right, 1), right: true },
  {
    title: t("setup.proposed"),
    cell: (row) =>
      row.proposal?.threshold != null
        ? number(row.proposal.threshold, 2)
        : row.proposal && tword("setup.words.support", row.proposal.support),
    right: true,
  },
];

/** What reviews say of the figures: how many of the values that nobody looks at are right. */
export function ReliabilityCard({
  config,
  propose,
}: {
  config: Configuration;
  propose?: ((threshold: number) => void) | undefined;
}) {
  const found = useQuery({
    key: ["reliability", config.config_id],
    read: (signal) => readReliability(config.config_id, TARGET, signal),
  });
  const proposal = found.data?.overall?.proposal;
  const wanted = proposal?.threshold;
  return (
    <Card
      title={t("setup.reliability", { target: percent(TARGET) })}
      actions={
        propose &&
        wanted != null && (
          <Button small icon={Gauge} onClick={() => propose(wanted)}>
            {t("setup.take_threshold", { threshold: number(wanted, 2) })}
          </Button>
        )
      }
    >
      <Shown
        of={found}
        rows={3}
        isEmpty={found.data?.fields.length === 0}
        empty={
          <Empty icon={Gauge} title={t("setup.no_reliability")}>
            {t("setup.no_reliability_hint")}
          </Empty>
        }
      >
        <Table
          label={t("setup.reliability", { target: percent(TARGET) })}
          columns={columns()}
          rows={found.data?.fields ?? []}
          keyOf={(row) => row.field}
        />
      </Shown>
    </Card>
  );
}
