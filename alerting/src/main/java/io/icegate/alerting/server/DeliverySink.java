package io.icegate.alerting.server;

import io.icegate.alerting.deliver.Deliveries;
import io.icegate.alerting.deliver.GroupAlerts;
import io.icegate.alerting.deliver.Progress;
import io.icegate.alerting.evaluate.EvaluatorMembership;
import io.icegate.alerting.evaluate.RecordSink;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleGroup;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

import static java.util.Objects.requireNonNull;

/**
 * Hands records of owned groups to their deliveries, and tells these what is firing.
 */
final class DeliverySink
        implements RecordSink
{
    private final EvaluationLog log;
    private final EvaluatorMembership membership;
    private final Deliveries deliveries;
    private final Map<GroupName, GroupAlerts> alerts = new ConcurrentHashMap<>();

    /**
     * @param deliveries is made with the alerts of the groups that are owned
     */
    DeliverySink(EvaluationLog log, EvaluatorMembership membership, Function<Supplier<List<GroupAlerts>>, Deliveries> deliveries)
    {
        this.log = requireNonNull(log, "log is null");
        this.membership = requireNonNull(membership, "membership is null");
        this.deliveries = deliveries.apply(() -> List.copyOf(alerts.values()));
    }

    Deliveries deliveries()
    {
        return deliveries;
    }

    @Override
    public void owned(RuleGroup group, Optional<EvaluationRecord> newest)
    {
        GroupName name = group.name();
        newest.ifPresent(record -> alerts.put(name, new GroupAlerts(group, record.state().alerts())));
        deliveries.resume(group, newest, (tick, countMax) -> log.after(name, tick, countMax), () -> membership.owns(name));
    }

    @Override
    public void stored(EvaluationRecord record, RuleGroup group, boolean ours)
    {
        alerts.put(record.group(), new GroupAlerts(group, record.state().alerts()));
        deliveries.stored(record, group);
    }

    @Override
    public Cursors cursors(GroupName group)
    {
        Progress progress = deliveries.progress(group);
        return new Cursors(progress.delivered(), progress.undelivered());
    }

    @Override
    public void disowned(GroupName group)
    {
        alerts.remove(group);
        deliveries.release(group);
    }
}
