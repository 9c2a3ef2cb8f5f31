package io.icegate.rest;

import com.google.inject.Binder;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import io.airlift.configuration.AbstractConfigurationAwareModule;
import io.icegate.rest.credentials.CredentialsConfig;
import io.icegate.rest.credentials.StsCredentials;
import io.icegate.rest.protocol.Admission;
import io.icegate.rest.protocol.CatalogServlet;
import io.icegate.rest.protocol.ChangeFeed;
import io.icegate.rest.protocol.JettyPaths;
import io.icegate.rest.protocol.LiveTables;
import io.icegate.rest.protocol.Routes;
import io.icegate.rest.protocol.TableCredentials;
import io.icegate.server.OperatorPages;
import io.icegate.server.StoreConfig;
import io.icegate.server.StoreHealth;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.icegate.server.http.ServerModule;
import io.icegate.server.reload.FileReloads;
import io.icegate.wal.WalEnvironment;
import io.icegate.wal.engine.EngineWal;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.icegate.warehouse.Warehouses;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static com.google.inject.multibindings.Multibinder.newSetBinder;
import static io.airlift.configuration.ConfigBinder.configBinder;
import static java.lang.Math.toIntExact;
import static java.util.Objects.requireNonNull;

/**
 * The parts of a catalog server.
 */
final class CatalogServerModule
        extends AbstractConfigurationAwareModule
{
    private static final int BODIES_HEAP_FRACTION = 4;
    /**
     * What clients need to find the store. They bring their own credentials.
     */
    private static final Set<String> CLIENT_DEFAULTS = Set.of("s3.endpoint", "s3.path-style-access", "client.region");

    @Override
    protected void setup(Binder binder)
    {
        RestConfig rest = buildConfigObject(RestConfig.class);
        configBinder(binder).bindConfig(CredentialsConfig.class);
        install(new ServerModule(rest.getHttpPort()));
        newSetBinder(binder, Filter.class).addBinding().to(JettyPaths.class).in(Scopes.SINGLETON);
        binder.bind(RestMetrics.class).in(Scopes.SINGLETON);
    }

    @Provides
    @Singleton
    static AccessControl accessControl(AccessConfig access, FileReloads reloads, InstantSource clock)
    {
        // a catalog has all tenants, so no request names one
        return access.accessControl(new TenantHeader("X-Scope-OrgID", Optional.empty()), reloads, clock);
    }

    @Provides
    @Singleton
    static Admission admission(RestConfig config)
    {
        int requestBytesMax = toIntExact(config.getMaxRequestSize().toBytes());
        return new Admission(config.getMaxConcurrentRequests(), requestBytesMax, Math.max(requestBytesMax, Runtime.getRuntime().maxMemory() / BODIES_HEAP_FRACTION));
    }

    @Provides
    @Singleton
    static ServedCatalog servedCatalog(RestConfig config, StoreConfig store, RestMetrics metrics, InstantSource clock)
    {
        return ServedCatalog.open(Warehouses.canonical(requireNonNull(config.getWarehouse(), "warehouse is null")), store.properties(), metrics, new StoreHealth(clock));
    }

    @Provides
    @Singleton
    static LiveTables liveTables(RestConfig config, ServedCatalog served, RestMetrics metrics, InstantSource clock)
    {
        // threads end with their tasks, and tasks with their requests
        WalEnvironment environment = WalEnvironment.system(Thread::startVirtualThread);
        return new LiveTables(
                served.catalog(),
                new EngineWal(served.warehouse(), new ParquetSegmentCodec(), environment, EngineWal.Limits.DEFAULT),
                config.getLiveMaxStaleness().toJavaTime(),
                clock,
                System::nanoTime,
                metrics::liveSnapshotMade);
    }

    @Provides
    @Singleton
    static Optional<TableCredentials> tableCredentials(CredentialsConfig config, StoreConfig store, ServedCatalog served, InstantSource clock)
    {
        return config.getRoleArn().map(_ -> new StsCredentials(config, store, served.warehouse().root(), clock));
    }

    @Provides
    @Singleton
    static Servlet servlet(ServedCatalog served, LiveTables live, Optional<TableCredentials> credentials, StoreConfig store, AccessControl access, Admission admission, PrometheusRegistry registry, RestMetrics metrics)
    {
        Map<String, String> clientDefaults = new HashMap<>(store.properties());
        clientDefaults.keySet().retainAll(CLIENT_DEFAULTS);
        return new CatalogServlet(
                new Routes(served.catalog(), served.reading(), live, new ChangeFeed(served.catalog(), System::nanoTime, Thread::sleep), metrics::reported, clientDefaults, credentials),
                access,
                admission,
                new OperatorPages(served::readiness, registry),
                metrics::answered);
    }
}
