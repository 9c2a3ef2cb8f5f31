package io.icegate.receiver;

import com.google.inject.Binder;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import io.airlift.configuration.AbstractConfigurationAwareModule;
import io.airlift.http.server.HttpServerConfig;
import io.airlift.node.NodeInfo;
import io.icegate.receiver.commit.CommitConfig;
import io.icegate.receiver.ingest.Admission;
import io.icegate.receiver.ingest.IngestConfig;
import io.icegate.receiver.ingest.TenantQuotas;
import io.icegate.receiver.otlp.GrpcServer;
import io.icegate.receiver.otlp.JettyAnswers;
import io.icegate.receiver.otlp.OtlpServlet;
import io.icegate.receiver.otlp.RefusalLog;
import io.icegate.receiver.telemetry.SelfTelemetry;
import io.icegate.receiver.telemetry.SpanBuffer;
import io.icegate.receiver.telemetry.TelemetryConfig;
import io.icegate.server.OperatorPages;
import io.icegate.server.StoreHealth;
import io.icegate.server.access.AccessConfig;
import io.icegate.server.access.AccessControl;
import io.icegate.server.access.TenantHeader;
import io.icegate.server.http.ServerModule;
import io.icegate.server.reload.FileReloads;
import io.icegate.server.reload.ReloadedFiles;
import io.icegate.server.tls.TlsMaterial;
import io.icegate.wal.SegmentCodec;
import io.icegate.wal.format.ParquetSegmentCodec;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

import static com.google.inject.multibindings.Multibinder.newSetBinder;
import static io.airlift.configuration.ConfigBinder.configBinder;
import static java.lang.Math.toIntExact;

/**
 * The parts of a receiver.
 */
final class ReceiverModule
        extends AbstractConfigurationAwareModule
{
    @Override
    protected void setup(Binder binder)
    {
        OtlpConfig otlp = buildConfigObject(OtlpConfig.class);
        configBinder(binder).bindConfig(ReceiverConfig.class);
        install(new ServerModule(otlp.getHttpPort()));
        configBinder(binder).bindConfig(IngestConfig.class);
        configBinder(binder).bindConfig(CommitConfig.class);
        configBinder(binder).bindConfig(TelemetryConfig.class);
        configBinder(binder).bindConfigDefaults(HttpServerConfig.class, config -> config.setHttp2MaxConcurrentStreams(GrpcServer.CALLS_PER_CONNECTION_MAX));
        binder.bind(SegmentCodec.class).toInstance(new ParquetSegmentCodec());
        binder.bind(RandomGenerator.class).toInstance(new java.security.SecureRandom());
        newSetBinder(binder, Filter.class).addBinding().to(JettyAnswers.class).in(Scopes.SINGLETON);
        binder.bind(Admission.class).in(Scopes.SINGLETON);
        binder.bind(ReceiverMetrics.class).in(Scopes.SINGLETON);
        binder.bind(ServedSignals.class).in(Scopes.SINGLETON);
        binder.bind(StatusPage.Parts.class).in(Scopes.SINGLETON);
        binder.bind(Receiver.Observation.class).in(Scopes.SINGLETON);
        binder.bind(StatusPage.class).in(Scopes.SINGLETON);
        binder.bind(Receiver.Parts.class).in(Scopes.SINGLETON);
        binder.bind(Receiver.class).in(Scopes.SINGLETON);
    }

    @Provides
    @Singleton
    static AccessControl accessControl(ReceiverConfig config, AccessConfig access, FileReloads reloads, InstantSource clock)
    {
        return access.accessControl(new TenantHeader(config.getTenantHeader(), config.getDefaultTenant()), reloads, clock);
    }

    @Provides
    @Singleton
    static TenantQuotas tenantQuotas(IngestConfig config, Admission admission)
    {
        return new TenantQuotas(config.tenantLimits(), admission.budgetBytes(), System::nanoTime);
    }

    @Provides
    @Singleton
    static SpanBuffer spanBuffer(TelemetryConfig config, ReceiverMetrics metrics, InstantSource clock, RandomGenerator random)
    {
        return new SpanBuffer(config.isEnabled(), metrics.ofSelf(), clock, System::nanoTime, random);
    }

    @Provides
    @Singleton
    static SelfTelemetry selfTelemetry(TelemetryConfig config, NodeInfo node, ServedSignals signals, PrometheusRegistry registry, SpanBuffer spans, ReceiverMetrics metrics, InstantSource clock)
    {
        return new SelfTelemetry(config.settings(), resource(node), signals.self(), registry, spans, metrics.ofSelf(), clock);
    }

    private static Resource resource(NodeInfo node)
    {
        Resource.Builder resource = Resource.newBuilder();
        Map.of(
                        "service.name", SelfTelemetry.SERVICE,
                        "service.instance.id", node.getInstanceId(),
                        "service.version", Receiver.build(),
                        "host.name", node.getInternalAddress())
                .forEach((key, value) -> resource.addAttributes(KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value))));
        return resource.build();
    }

    @Provides
    @Singleton
    static StoreHealth storeHealth(InstantSource clock)
    {
        return new StoreHealth(clock);
    }

    @Provides
    @Singleton
    static RefusalLog refusalLog(ReceiverMetrics metrics)
    {
        return new RefusalLog(System::nanoTime, metrics.ofNoSignal());
    }

    @Provides
    @Singleton
    static Servlet servlet(OtlpConfig otlp, IngestConfig ingest, ServedSignals signals, AccessControl access, Admission admission, RefusalLog refusals, PrometheusRegistry registry, StatusPage status)
    {
        return new OtlpServlet(
                signals.handlers(),
                access,
                admission,
                new OperatorPages(signals::readiness, registry, status::json),
                refusals,
                new OtlpServlet.Settings(
                        otlp.getHttpPrefix(),
                        toIntExact(otlp.getMaxRequestSize().toBytes()),
                        toIntExact(otlp.getMaxCompressedSize().toBytes()),
                        ingest.getAckDeadline().toJavaTime(),
                        otlp.cors()));
    }

    @Provides
    @Singleton
    static GrpcServer grpcServer(OtlpConfig otlp, IngestConfig ingest, NodeInfo node, Optional<ReloadedFiles<TlsMaterial>> tls, ServedSignals signals, AccessControl access, Admission admission, RefusalLog refusals)
    {
        return new GrpcServer(
                new GrpcServer.Settings(
                        new InetSocketAddress(node.getBindIp(), otlp.getGrpcPort()),
                        toIntExact(otlp.getMaxRequestSize().toBytes()),
                        GrpcServer.KEEP_ALIVE_MIN,
                        otlp.getMaxConnectionAge().toJavaTime(),
                        ingest.getAckDeadline().toJavaTime(),
                        tls),
                signals.handlers(),
                access,
                admission,
                refusals);
    }
}
