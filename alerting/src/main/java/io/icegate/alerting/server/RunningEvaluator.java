package io.icegate.alerting.server;

import io.icegate.alerting.deliver.Deliveries;
import io.icegate.alerting.deliver.DeliveryCounters;
import io.icegate.alerting.evaluate.Evaluator;
import io.icegate.alerting.evaluate.EvaluatorMembership;
import io.icegate.alerting.evaluate.GroupParts;
import io.icegate.alerting.evaluate.QueryEngine;
import io.icegate.alerting.evaluate.RuleSource;
import io.icegate.alerting.evaluate.SqlTickQueries;
import io.icegate.alerting.evaluate.WatermarkReader;
import io.icegate.alerting.rule.GroupName;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.rule.RuleStore;
import io.icegate.alerting.state.EvaluationLog;
import io.icegate.alerting.state.EvaluationRecord;
import io.icegate.alerting.state.Fold;
import io.icegate.objectstore.ObjectStore;
import io.icegate.objectstore.RetryPolicy;
import io.icegate.objectstore.StoreSelfCheck;
import io.icegate.objectstore.Warehouse;
import io.icegate.server.OperatorPages.Readiness;
import io.icegate.server.StoreHealth;
import io.icegate.server.reload.FileReloads;
import io.icegate.warehouse.Warehouses;
import jakarta.annotation.PreDestroy;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import static java.util.Objects.requireNonNull;

/**
 * The evaluator of this process with all that it needs, from its start to its end. The HTTP server depends on it, so it ends when no request is left.
 */
final class RunningEvaluator
{
    private final ObjectStore objects;
    private final RuleStore store;
    private final StoredRules rules;
    private final EvaluationLog log;
    private final DeliverySink sink;
    private final Evaluator evaluator;

    /**
     * @param catalog of the warehouse in the engine
     * @param patience how long a tick waits for rows on their way
     * @param builtIn whether the rules that watch the pipeline itself are evaluated
     */
    record Engine(QueryEngine engine, RuleSql sql, String catalog, String schema, Duration patience, boolean builtIn) {}

    record Delivering(Deliveries.Settings settings, FileReloads reloads, DeliveryCounters counters) {}

    private RunningEvaluator(ObjectStore objects, RuleStore store, StoredRules rules, EvaluationLog log, DeliverySink sink, Evaluator evaluator)
    {
        this.objects = requireNonNull(objects, "objects is null");
        this.store = requireNonNull(store, "store is null");
        this.rules = requireNonNull(rules, "rules is null");
        this.log = requireNonNull(log, "log is null");
        this.sink = requireNonNull(sink, "sink is null");
        this.evaluator = requireNonNull(evaluator, "evaluator is null");
    }

    /**
     * Starts it.
     *
     * @throws IllegalStateException when the store cannot hold records
     */
    static RunningEvaluator open(
            String warehouse,
            Map<String, String> storeProperties,
            Engine engine,
            Delivering delivering,
            AlertingMetrics metrics,
            StoreHealth health,
            InstantSource clock,
            SecureRandom random)
    {
        Warehouse opened = Warehouses.open(warehouse, storeProperties);
        ObjectStore objects = metrics.metered(opened.store(), health);
        try {
            StoreSelfCheck.verify(objects);
        }
        catch (IOException | RuntimeException e) {
            throw new IllegalStateException("Cannot use warehouse %s: %s".formatted(opened.root(), e.getMessage()), e);
        }
        RetryPolicy.Waiting waiting = RetryPolicy.Waiting.system();
        RuleStore store = new RuleStore(objects, waiting);
        StoredRules rules = new StoredRules(store, engine.builtIn(), clock);
        EvaluationLog log = new EvaluationLog(objects, clock, RetryPolicy.of(waiting));
        UUID self = new UUID(random.nextLong(), random.nextLong());
        EvaluatorMembership membership = new EvaluatorMembership(objects, self, System::nanoTime);
        StoredTransitions known = new StoredTransitions(engine.engine(), "\"%s\".\"%s\".logs".formatted(engine.catalog(), engine.schema()));
        DeliverySink sink = new DeliverySink(log, membership, owned -> new Deliveries(
                delivering.settings(), known, owned, self.toString(), delivering.reloads(), clock, System::nanoTime, random, delivering.counters()));
        delivering.counters().watch(sink.deliveries());
        Evaluator evaluator = new Evaluator(new Evaluator.Parts(
                rules,
                membership,
                new Fold(new TemplateAnnotations()),
                new WatermarkReader(engine.engine(), engine.catalog(), engine.schema()),
                metrics,
                new GroupParts(self.toString(), log, new SqlTickQueries(engine.engine(), engine.sql()), sink, engine.patience(), clock, random)));
        evaluator.start();
        return new RunningEvaluator(objects, store, rules, log, sink, evaluator);
    }

    RuleStore store()
    {
        return store;
    }

    RuleSource rules()
    {
        return rules;
    }

    EvaluationLog log()
    {
        return log;
    }

    Optional<EvaluationRecord> newest(GroupName name)
    {
        return evaluator.newest().stream().filter(record -> record.group().equals(name)).findFirst();
    }

    Readiness readiness()
    {
        return evaluator.trouble().map(trouble -> new Readiness(false, List.of(trouble))).orElseGet(() -> new Readiness(true, List.of()));
    }

    @PreDestroy
    public void close()
            throws IOException
    {
        evaluator.close();
        sink.deliveries().close();
        objects.close();
    }
}
