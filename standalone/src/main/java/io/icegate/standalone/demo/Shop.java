package io.icegate.standalone.demo;

import io.icegate.standalone.telemetry.LoggingApplication;
import io.icegate.standalone.telemetry.OtlpTarget;
import io.icegate.standalone.telemetry.Protocol;
import io.icegate.standalone.telemetry.SdkExportCounts;
import io.icegate.standalone.telemetry.TracedApplication;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import org.slf4j.Logger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A little shop whose services log, trace and measure what their customers do. Two services send over gRPC, two over HTTP, one of each with gzip.
 */
final class Shop
{
    private static final long SEED = 20261121;
    private static final int RECORDS_PER_TRACE = 5;
    private static final List<String> CURRENCIES = List.of("EUR", "USD", "JPY");

    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");

    private record Service(String name, Protocol protocol) {}

    private record Instruments(Logger logger, Tracer tracer, LongCounter orders, DoubleHistogram stepDuration)
    {
        Instruments(Logger logger, TracedApplication traced)
        {
            this(logger,
                    traced.tracer(),
                    traced.meter().counterBuilder("shop.orders").setDescription("Orders by outcome").setUnit("{order}").build(),
                    traced.meter().histogramBuilder("shop.step.duration").setDescription("Duration of the steps of an order").setUnit("ms").build());
        }
    }

    private static final List<Service> SERVICES = List.of(
            new Service("checkout", Protocol.GRPC),
            new Service("inventory", Protocol.GRPC_GZIP),
            new Service("payment", Protocol.HTTP),
            new Service("shipping", Protocol.HTTP_GZIP));

    private final OtlpTarget target;
    private final SdkExportCounts counts;

    Shop(OtlpTarget target, SdkExportCounts counts)
    {
        this.target = target;
        this.counts = counts;
    }

    /**
     * Logs at least that many records and waits until all of them are answered.
     *
     * @return how many were logged
     */
    long run(int recordsMin)
            throws InterruptedException
    {
        int share = Math.ceilDiv(recordsMin, SERVICES.size());
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int index = 0; index < SERVICES.size(); index++) {
                Service service = SERVICES.get(index);
                RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + index);
                running.add(executor.submit(() -> work(service, share, random)));
            }
            for (Future<?> service : running) {
                service.get();
            }
        }
        catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
        return (long) share * SERVICES.size();
    }

    private void work(Service service, int records, RandomGenerator random)
    {
        try (LoggingApplication logging = LoggingApplication.batching(service.name(), target, service.protocol(), counts);
                TracedApplication traced = new TracedApplication(service.name(), target, service.protocol(), counts)) {
            Instruments instruments = new Instruments(logging.logger(), traced);
            for (int done = 0; done < records; done += RECORDS_PER_TRACE) {
                serve(instruments, Math.min(RECORDS_PER_TRACE, records - done), random);
            }
            logging.flush();
            traced.flush();
        }
    }

    /**
     * Serves an order: one span, with a log record and a measured duration for each step.
     */
    private static void serve(Instruments instruments, int steps, RandomGenerator random)
    {
        long order = random.nextLong(1_000_000);
        Span span = instruments.tracer().spanBuilder("POST /orders").setSpanKind(SpanKind.SERVER).setAttribute("order.id", order).startSpan();
        try (Scope _ = span.makeCurrent()) {
            boolean failed = false;
            for (int step = 0; step < steps; step++) {
                int millis = 1 + (int) Math.abs(random.nextGaussian() * 40);
                failed |= log(instruments.logger(), order, step, millis, random);
                instruments.stepDuration().record(millis);
            }
            if (failed) {
                span.setStatus(StatusCode.ERROR, "a step failed").addEvent("order.failed");
            }
            instruments.orders().add(1, Attributes.of(OUTCOME, failed ? "failed" : "served"));
        }
        finally {
            span.end();
        }
    }

    /**
     * Returns true when the step failed.
     */
    private static boolean log(Logger logger, long order, int step, int millis, RandomGenerator random)
    {
        int chance = random.nextInt(100);
        if (chance < 2) {
            logger.atError()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 502)
                    .setCause(new IllegalStateException("upstream closed the connection"))
                    .log("Cannot finish order {}: step {} failed after {} ms", order, step, millis);
        }
        else if (chance < 10) {
            logger.atWarn()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 429)
                    .addKeyValue("retry", true)
                    .log("Order {} waits: step {} is throttled", order, step);
        }
        else {
            logger.atInfo()
                    .addKeyValue("order.id", order)
                    .addKeyValue("http.response.status_code", 200)
                    .addKeyValue("duration.ms", (double) millis)
                    .addKeyValue("currency", CURRENCIES.get(random.nextInt(CURRENCIES.size())))
                    .log("Order {} finished step {} in {} ms", order, step, millis);
        }
        return chance < 2;
    }
}
