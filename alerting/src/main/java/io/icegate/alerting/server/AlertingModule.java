package io.icegate.alerting.server;

import com.google.inject.Binder;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.airlift.configuration.AbstractConfigurationAwareModule;
import io.icegate.alerting.deliver.ChannelSettings;
import io.icegate.alerting.deliver.Deliveries;
import io.icegate.alerting.deliver.DeliveryCounters;
import io.icegate.alerting.deliver.EventSettings;
import io.icegate.alerting.evaluate.GroupReplay;
import io.icegate.alerting.evaluate.QueryEngine;
import io.icegate.alerting.evaluate.RuleValidation;
import io.icegate.alerting.evaluate.SqlTickQueries;
import io.icegate.alerting.evaluate.TrinoQueryEngine;
import io.icegate.alerting.rule.RuleCheck;
import io.icegate.alerting.rule.RuleSql;
import io.icegate.alerting.state.Fold;
import io.icegate.server.OperatorPages;
import io.icegate.server.StoreConfig;
import io.icegate.server.StoreHealth;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.icegate.server.http.ServerModule;
import io.icegate.server.reload.FileReloads;
import io.icegate.warehouse.Warehouses;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Servlet;

import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

import static java.util.Objects.requireNonNull;

/**
 * The parts of an evaluator.
 */
final class AlertingModule
        extends AbstractConfigurationAwareModule
{
    private static final String LOGS_PATH = "/v1/logs";

    @Override
    protected void setup(Binder binder)
    {
        AlertingConfig alerting = buildConfigObject(AlertingConfig.class);
        install(new ServerModule(alerting.getHttpPort()));
    }

    @Provides
    @Singleton
    static AccessControl accessControl(AlertingConfig config, AccessConfig access, FileReloads reloads, InstantSource clock)
    {
        return access.accessControl(new TenantHeader(config.getTenantHeader(), config.getDefaultTenant()), reloads, clock);
    }

    @Provides
    @Singleton
    static AlertingMetrics metrics(PrometheusRegistry registry, InstantSource clock)
    {
        return new AlertingMetrics(registry, clock);
    }

    @Provides
    @Singleton
    static QueryEngine engine(AlertingConfig config)
    {
        return new TrinoQueryEngine(new TrinoConnections(requireNonNull(config.getTrinoUrl(), "trinoUrl is null"), config.getTrinoUser(), config.getTrinoPasswordFile(), config.getTrinoTokenFile()));
    }

    @Provides
    @Singleton
    static RuleSql sql(AlertingConfig config)
    {
        return RuleSql.overTables(config.getTrinoCatalog(), config.getTrinoSchema());
    }

    @Provides
    @Singleton
    static Deliveries.Settings deliverySettings(AlertingConfig config)
    {
        String endpoint = config.getEventsEndpoint();
        EventSettings events = new EventSettings(
                URI.create(endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) + LOGS_PATH : endpoint + LOGS_PATH),
                config.getTenantHeader(),
                config.getEventsKeyFile(),
                config.getEventsCertificateFile());
        List<ChannelSettings> channels = config.getChannelsFile().map(ChannelFile::read).orElse(List.of());
        return new Deliveries.Settings(events, channels, config.getResend().toJavaTime(), config.getExternalUrl().map(URI::create));
    }

    @Provides
    @Singleton
    static RunningEvaluator evaluator(
            AlertingConfig config,
            StoreConfig store,
            QueryEngine engine,
            RuleSql sql,
            Deliveries.Settings deliveries,
            FileReloads reloads,
            InstantSource clock,
            PrometheusRegistry registry,
            AlertingMetrics metrics)
    {
        return RunningEvaluator.open(
                Warehouses.canonical(requireNonNull(config.getWarehouse(), "warehouse is null")),
                store.properties(),
                new RunningEvaluator.Engine(engine, sql, config.getTrinoCatalog(), config.getTrinoSchema(), config.getPatience().toJavaTime(), config.isBuiltInRules()),
                new RunningEvaluator.Delivering(deliveries, reloads, new DeliveryCounters(registry)),
                metrics,
                new StoreHealth(clock),
                clock,
                new SecureRandom());
    }

    @Provides
    @Singleton
    static Servlet servlet(AlertingConfig config, RunningEvaluator evaluator, QueryEngine engine, RuleSql sql, AccessControl access, PrometheusRegistry registry, InstantSource clock)
    {
        RuleValidation validation = new RuleValidation(new RuleCheck(Set.copyOf(config.getLookupTables())), engine, sql);
        RuleApi rules = new RuleApi(evaluator.store(), evaluator.log(), validation, clock);
        SqlTickQueries queries = new SqlTickQueries(engine, sql);
        Fold fold = new Fold(new TemplateAnnotations());
        return new AlertingServlet(
                rules,
                new ReplayApi(rules, name -> new GroupReplay(evaluator.log(), queries, fold, version -> evaluator.rules().version(name, version)), evaluator.log(), clock),
                new AlertViews(evaluator.rules(), evaluator.log(), evaluator::newest, System::nanoTime),
                access,
                new OperatorPages(evaluator::readiness, registry));
    }
}
